using PureLlm.Engine.Configuration;
using PureLlm.Engine.Training;

namespace PureLlm.Cli;

/// <summary>A stable code: what it means, how it comes about, and its cure.</summary>
public sealed record ErrorCode(string Code, string Title, string Explanation, string Example, string Fix);

/// <summary>All codes of all parts of the program.</summary>
public static class ErrorCodes
{
    /// <summary>C: configuration. D: data. G: GPUs and other devices. M: models. R: runs. S: step-through. T: tokenizers.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        .. Diagnostics.All.Select(item => new ErrorCode(item.Code, item.Title, item.Explanation, item.Example, item.Fix)),
        new("D001", "No such files",
            "data.source or data.val_file names files that do not exist, or a glob that matches nothing. Relative names start where the program was started.",
            "[data]\nsource = [\"dta/*.txt\"]", "[data]\nsource = [\"data/*.txt\"]"),
        new("D002", "Not text",
            "A text file is not UTF-8, or it is binary. Bytes that mean nothing would be learned as if they did.",
            "[data]\nsource = [\"photo.jpg\"]", "[data]\nsource = [\"notes.txt\"]"),
        new("D003", "Not a token file",
            "A .bin file has an unknown header, or its length does not fit whole tokens.",
            "[data]\nsource = [\"program.bin\"]", "token files hold uint16 or uint32 ids, with or without a header"),
        new("D004", "Too little data",
            "Training and validation each need at least one window: context + 1 tokens.",
            "300 tokens of text with context = 512", "[model]\ncontext = 64"),
        new("D005", "Options that this data cannot follow",
            "The source, the tokenizer and the options of [data] do not go together.",
            "documents to separate, with a tokenizer that has no end of text", "another [tokenizer] kind, or align = \"any\""),
        new("D006", "Nothing to read",
            "The files exist, but they are empty or cannot be opened.",
            "[data]\nsource = [\"empty.txt\"]", "a file with text in it"),
        new("D007", "Token outside the vocabulary",
            "A token file holds an id that the model has no row for: it was made with another tokenizer.",
            "ids up to 50,256 with a vocabulary of 512", "the tokenizer that made the file: [tokenizer] kind = \"file:tokenizer.json\""),
        new("G001", "No such device",
            "--device names a device that this machine does not have, or that cannot be opened: there is no plug-in, no driver, no GPU, or another program holds it. Nothing runs on another device instead, unless --device auto asks for that.",
            "pure-llm train tiny.toml --device cuda, on a machine without an NVIDIA driver", "pure-llm doctor says what is missing; pure-llm train tiny.toml --device auto"),
        new("G002", "A GPU plug-in that cannot be used",
            "PURELLM_GPU_PLUGIN or the folder plugins/ilgpu beside the program holds something that is damaged, incomplete, no plug-in of this program, or built against another version of it.",
            "the plug-in of another version copied beside the program", "dotnet publish -c Release Kernels/Gpu -o <folder of pure-llm>/plugins/ilgpu, from the same source"),
        new("M001", "No such model",
            "The folder is not there, or it is neither a run with a checkpoint nor a model with config.json and model.safetensors.",
            "pure-llm generate runs/tyni", "pure-llm runs list"),
        new("M002", "A model that cannot be read",
            "A file of the model's folder is damaged or not supported, or the files do not belong together. Nothing was loaded.",
            "a model.safetensors of another model beside config.json", "all files from one checkpoint, unchanged"),
        new("M003", "A model without a tokenizer",
            "The model's folder has no tokenizer.json, so that text cannot become numbers, nor numbers text.",
            "a run over .bin token files without a tokenizer", "[tokenizer] kind = \"file:tokenizer.json\", or copy the file into the folder"),
        new("S001", "The port is taken",
            "step --web serves its pages on a port of this machine, and another program, perhaps another viewer, already has it.",
            "pure-llm step tiny.toml --web --port 5177", "pure-llm step tiny.toml --web --port 0"),
        new("T001", "No such tokenizer",
            "The name is neither a tokenizer file, nor a folder that holds one, nor a run with a checkpoint.",
            "pure-llm tokenizer encode tokeniser.json \"a text\"", "pure-llm tokenizer encode runs/tiny \"a text\""),
        .. RunException.All.Select(item => new ErrorCode(item.Code, item.Title, item.Explanation, item.Example, item.Fix)),
    ];

    /// <summary>The entry of a code, in either case, or null.</summary>
    public static ErrorCode? Find(string code) => All.FirstOrDefault(item => item.Code.Equals(code, StringComparison.OrdinalIgnoreCase));
}
