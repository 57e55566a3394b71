// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.
namespace PureLlm.Tokenizer.Unicode;

/// <summary>Simple lower-case mappings and simple case folding; see CaseMapping for the layout. Unicode 17.0 and 16.0.</summary>
internal static class CaseData
{
    public const string Packed =
        "7VRRSFRREOWed/ex2Lpum8hiuSxLhFCKiYgQyH5IRMiyHyERgitIPwUpUf7VqqhUJEGrYZktJbpZXyJWVLJF4UdIQrL4EdmPYUREEEWE2pn33pKEH1H91YM7d+7M3Jm5" +
        "M3PeJ3SqKkRWVTkiFV5EYhUaceC8oU0Nr08jXK7RCHxUoMAHjBjQGm5gyAA/8pcNTcYEhhX3pIgHbB2o4z4sBqPCXbfkbuc0LvLbhjj2AJO5O5OGmWOcCBOGtmNO5e5L" +
        "Jtqx/7H7NXbIEt6+8EhSOoZSjRjQBU1tBZBNK+fOU9nn0sqJ2C3+z4qyTyFPY17iMjf4gWXlBeq1if30m1BUnDLDiGz3I3KQ+fgDGjVAu+MpXxybJmOaIaRUKIJISoU1" +
        "DlRrHAWC8GoE4xqPVT3ir8rqkWmLgsQjZHRTSiG1qFPKA99EmJ68DVgrP2SS9LgGlMYDylZOajqYUz4UhDxcPmeRD7t1QZB8xLdOrlHApC/yNjYH3Lil3MLY0hm1zWYW" +
        "RZ1P6Zq88JtlPE9y7wStVzqlNOc6pBI1jSGE9vL4xlOFqmRJHPGMst/+fkyYZ3tIZseUabf3jlXzr5bqocXfTytncKRxKzy1aGQlLN1jaMng5CUkrydSrFCtZlPsrvam" +
        "tXSn2A73POkypU2FGqXU9bsovmrRfot2WJRy2t5ICv/CojctmvGCUx4Cmnjotkw/pHPjM8uzre0YdFVStfASRMv0lhhir7EPsYRRhGggiGjIiygtowtbDzPplLGL/S5j" +
        "0zNZCFWVqM68NepQN2JYgFtmBfo8RetQ17IR4Fi4S0zl30LdqiFoa/gl6NXSothKDDJvu2lQwn2nDlgxj5BvYph27qf1X4Bm1kN4XSAkrzTTy6CQ3mZ67WqWh8jxC3+f" +
        "mBHSM2YV6WfsTlF23Pwz/HKdaS3MgZjV6W7LyyGZBVtqzfsP543h7Eyyx36GA+vP+fzhXlvU49Oiv+v7HYwn3gm8vwM=";
}
