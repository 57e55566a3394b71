using PureLlm.Engine.Formats;
using PureLlm.Engine.Modules;
using PureLlm.Engine.Optimizers;
using PureLlm.Tokenizer;

namespace PureLlm.Engine.Training;

/// <summary>What lies in a checkpoint besides its state: the model in the ecosystem's format, and the optimizer's moments.</summary>
internal static class CheckpointContents
{
    public const string OptimizerFile = "optimizer.safetensors";

    public static void Write(string folder, LanguageModel model, TextTokenizer? tokenizer, Optimizer optimizer)
    {
        ModelFolder.Save(folder, model, tokenizer);
        ViewFile.Save(Path.Combine(folder, OptimizerFile), model.Slabs.Backend, optimizer.State);
    }

    /// <summary>Fills model and optimizer from a run's checkpoint, and checks that every bit is what was saved.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="state">Which checkpoint.</param>
    /// <param name="model">Allocated for training.</param>
    /// <param name="optimizer">Of the model's slabs.</param>
    /// <param name="dataHash">Of the tokens that the run would go on with.</param>
    /// <exception cref="RunException">R003 the text is another one; R005 the files are damaged.</exception>
    public static void Read(string run, CheckpointState state, LanguageModel model, Optimizer optimizer, string dataHash)
    {
        string folder = Path.Combine(run, CheckpointStore.FolderName, CheckpointStore.NameOf(state.Step));
        if (state.DataHash != dataHash)
        {
            throw new RunException("R003", $"cannot resume {run} at step {state.Step}: the training text has changed since (its tokens' hash was {state.DataHash} and is {dataHash}). Bring the text back, or start a new run from these weights: model.init_from = \"{folder}\".");
        }
        try
        {
            ModelFolder.LoadWeights(folder, model);
            ViewFile.Load(Path.Combine(folder, OptimizerFile), model.Slabs.Backend, optimizer.State);
        }
        catch (ModelFileException e)
        {
            throw new RunException("R005", $"{e.Message} Delete {folder} to resume from the checkpoint before it.", e);
        }
        string hash = model.Slabs.Sha256();
        if (hash != state.WeightsSha256)
        {
            throw new RunException("R005", $"{folder}: the weights' SHA-256 is {hash}, and {CheckpointState.FileName} says {state.WeightsSha256}. Delete the folder to resume from the checkpoint before it.");
        }
    }
}
