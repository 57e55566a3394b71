namespace PureLlm.Engine.Data;

/// <summary>Input data that cannot be used: a stable code (D001 …) and a message that names the place, the numbers and the next move.</summary>
public sealed class DataException : Exception
{
    public DataException(string code, string message)
        : base(message) => Code = code;

    public DataException(string code, string message, Exception inner)
        : base(message, inner) => Code = code;

    /// <summary>D001 no such files · D002 not text · D003 not a token file · D004 too little data · D005 unusable option · D007 token outside the vocabulary.</summary>
    public string Code { get; }
}
