using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PureLlm.Tokenizer.PreTokenizers;
using PureLlm.Tokenizer.Unicode;

namespace PureLlm.Tokenizer.Models;

/// <content>Runs of characters of three bytes, of which most stand alone: scanned and encoded in one step.</content>
/// <remarks>
/// Chinese, Japanese and Korean. A border that no token spans parts a text exactly, whether the split has a border there or not; the split only
/// has to be known where the scan goes on, and kinds whose runs last say that.
/// </remarks>
public sealed unsafe partial class BytePairEncoder
{
    /// <summary>Encodes from the beginning of a piece, or of the rest of one, up to the first character that is none of three bytes, or a piece that is best remembered; returns its place.</summary>
    /// <param name="isRest">The character does not begin its piece, but no token joins it to what came before, and the scan may begin with it.</param>
    private byte* EncodeRun<TScan>(byte* p, byte* end, TokenBuffer tokens, ref bool isRest)
        where TScan : struct, IPieceScan
    {
        (int[] idArray, byte[] lengthArray) = tokens.Arrays;
        ref int ids = ref MemoryMarshal.GetArrayDataReference(idArray);
        ref byte lengths = ref MemoryMarshal.GetArrayDataReference(lengthArray);
        nint count = tokens.Count, room = tokens.Capacity - MostAtOnce;
        byte* last = end - sizeof(uint), part = p;
        int symbols = 0;
        Border borders = Border.Free;
        WideCharacter here = ReadThree(p, last);
        bool isLasting = IsAmong(TScan.Lasting, here);
        if (!isLasting && *p == ' ')
        {
            here = Read(p, end);
        }
        while (count <= room && here.Known != null && (isLasting || (!isRest && (*p == ' ' || IsAmong(CharacterKind.Others, here)))))
        {
            byte* next = p + here.Length;
            WideCharacter after = ReadThree(next, last);
            bool goesOn = IsAmong(TScan.Lasting, after), isOnePiece = goesOn && (isLasting || *p == ' ' || TScan.TakesSymbol);
            Border border = isOnePiece ? BorderAt(next, here, after) : Border.Free;
            if (!isOnePiece)
            {
                // The piece ends here, or goes on with what this loop does not know. As a whole it may be remembered, or be a token that merging does not make.
                bool isEnd = isLasting ? TScan.Next(p, end) == next : goesOn;
                if (!isEnd || (!isRest && (symbols > 0 || here.Known->IsUnmade)))
                {
                    break;
                }
            }
            if (border == Border.Free && symbols == 0)
            {
                here.Known->Write(ref Unsafe.Add(ref ids, count), ref Unsafe.Add(ref lengths, count));
                count += here.Known->Count;
            }
            else
            {
                if (symbols < PieceMerger.MostSymbols)
                {
                    _symbols[symbols] = here.Known->First;
                }
                symbols++;
                borders |= here.Known->Count == 1 ? border : border | Border.Broken;
            }
            if (border == Border.Free)
            {
                if (symbols > 0)
                {
                    tokens.SetCount((int)count);
                    EncodePart(part, next, tokens, symbols, borders, isPart: true);
                    (idArray, lengthArray) = tokens.Arrays;
                    ids = ref MemoryMarshal.GetArrayDataReference(idArray);
                    lengths = ref MemoryMarshal.GetArrayDataReference(lengthArray);
                    (count, room) = (tokens.Count, tokens.Capacity - MostAtOnce);
                    (symbols, borders) = (0, Border.Free);
                }
                part = next;
                isRest = isOnePiece;
            }
            p = next;
            here = after;
            isLasting = goesOn;
        }
        tokens.SetCount((int)count);
        return part;
    }

    /// <summary>A character of three bytes, or none; four bytes can be read up to <paramref name="last"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private WideCharacter ReadThree(byte* p, byte* last)
    {
        int codePoint = -1;
        CharacterTokens.Entry* known = p <= last ? _characters.AtThree(p, out codePoint) : null;
        return new WideCharacter(known, codePoint, 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAmong(uint kinds, WideCharacter character) => character.Known != null && ScanText.Among(kinds, character.Known->Kind);
}
