namespace PureLlm.Engine.Inspection;

/// <summary>Names of tensors, as short as the module that they are read in allows.</summary>
internal static class TensorNames
{
    /// <summary>The name without the part that it shares with a module's path: in "blocks.0.attention_norm" that of "blocks.0.attention_norm.weight" is "weight".</summary>
    /// <remarks>What is left never begins with a number, so that "blocks.1.mlp" stays apart from "blocks.0.mlp".</remarks>
    public static string Short(string id, string module)
    {
        string[] name = id.Split('.'), path = module.Split('.');
        int same = 0;
        while (same < name.Length - 1 && same < path.Length && name[same] == path[same]) { same++; }
        while (same > 0 && char.IsAsciiDigit(name[same][0])) { same--; }
        return string.Join('.', name[same..]);
    }

    /// <summary>The module of a parameter or of an activation: its name without the last part.</summary>
    public static string ModuleOf(string id) => id.LastIndexOf('.') is > 0 and int dot ? id[..dot] : "";
}
