using System.Text;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Benchmarks.Models;

/// <summary>
/// Makes the model behind <see cref="TokenRarity"/> from source trees. Each distinct token counts once per tree, so that neither a
/// licence header nor one generated file decides; what is mostly digits is left out, since that is what hashes look like.
/// </summary>
internal static class RarityModelBuilder
{
    private const int MinToken = 4;
    private const int MaxToken = 80;
    private const int MaxFileBytes = 1 << 20;
    private const double Smoothing = 0.4;

    /// <summary>Reads all text files under the folders and writes the model.</summary>
    /// <returns>The number of tokens that it was made of.</returns>
    public static int Build(IReadOnlyList<string> folders, string output)
    {
        var triples = new double[TokenRarity.Size];
        var tokens = 0;
        foreach (var folder in folders)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                if (new FileInfo(file).Length > MaxFileBytes) continue;
                var bytes = File.ReadAllBytes(file);
                if (bytes.AsSpan().Contains((byte)0)) continue;
                foreach (var token in Tokens(Encoding.Latin1.GetString(bytes)))
                {
                    if (seen.Add(token)) Count(triples, token);
                }
            }
            tokens += seen.Count;
        }
        File.WriteAllBytes(output, Quantize(triples));
        return tokens;
    }

    private static IEnumerable<string> Tokens(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.' or '/')) i++;
            if (i - start is >= MinToken and <= MaxToken && text[start..i] is var token && token.Count(char.IsAsciiDigit) * 4 <= token.Length) yield return token;
        }
    }

    private static void Count(double[] counts, string token)
    {
        var (a, b) = (TokenRarity.Symbols, TokenRarity.Symbols);
        var (k, l) = (TokenRarity.Kinds - 1, TokenRarity.Kinds - 1);
        foreach (var c in token)
        {
            var (symbol, kind) = (TokenRarity.SymbolOf(c), TokenRarity.KindOf(c));
            counts[TokenRarity.TripleIndex(a, b, symbol)]++;
            counts[TokenRarity.KindIndex(k, l, kind)]++;
            (a, b, k, l) = (b, symbol, l, kind);
        }
    }

    // Triples lean on pairs where they are few (interpolated Witten-Bell would gain little more).
    private static byte[] Quantize(double[] counts)
    {
        const int Contexts = TokenRarity.Symbols + 1;
        var model = new byte[TokenRarity.Size];
        var pairs = new double[Contexts * TokenRarity.Symbols];
        for (var a = 0; a < Contexts; a++)
        {
            for (var b = 0; b < Contexts; b++)
            {
                for (var c = 0; c < TokenRarity.Symbols; c++) pairs[(b * TokenRarity.Symbols) + c] += counts[TokenRarity.TripleIndex(a, b, c)];
            }
        }
        for (var a = 0; a < Contexts; a++)
        {
            for (var b = 0; b < Contexts; b++)
            {
                var total = Enumerable.Range(0, TokenRarity.Symbols).Sum(c => counts[TokenRarity.TripleIndex(a, b, c)]);
                var pairTotal = Enumerable.Range(0, TokenRarity.Symbols).Sum(c => pairs[(b * TokenRarity.Symbols) + c]);
                for (var c = 0; c < TokenRarity.Symbols; c++)
                {
                    var pair = (pairs[(b * TokenRarity.Symbols) + c] + Smoothing) / (pairTotal + (Smoothing * TokenRarity.Symbols));
                    const double Lean = 20;
                    var probability = (counts[TokenRarity.TripleIndex(a, b, c)] + (Lean * pair)) / (total + Lean);
                    model[TokenRarity.TripleIndex(a, b, c)] = Cost(probability);
                }
            }
        }
        for (var a = 0; a < TokenRarity.Kinds; a++)
        {
            for (var b = 0; b < TokenRarity.Kinds; b++)
            {
                var total = Enumerable.Range(0, TokenRarity.Kinds).Sum(c => counts[TokenRarity.KindIndex(a, b, c)]);
                for (var c = 0; c < TokenRarity.Kinds; c++)
                    model[TokenRarity.KindIndex(a, b, c)] = Cost((counts[TokenRarity.KindIndex(a, b, c)] + 1) / (total + TokenRarity.Kinds));
            }
        }
        return model;
    }

    private static byte Cost(double probability) => (byte)Math.Clamp(Math.Round(-Math.Log2(probability) * TokenRarity.Scale), 0, 255);
}
