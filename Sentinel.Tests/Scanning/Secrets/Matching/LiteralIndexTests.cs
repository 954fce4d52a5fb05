using System.Text;
using CsCheck;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Tests.Scanning.Secrets.Matching;

public sealed class LiteralIndexTests
{
    private static readonly Gen<string> Word = Gen.Char["abcABC_-0"].Array[3, 7].Select(c => new string(c));

    [Fact]
    public void Scan_AnyTextAndLiterals_FindsWhatASearchFinds() =>
        Gen.Select(Word.Select(w => w.ToLowerInvariant()).HashSet[1, 12], Gen.OneOf(Word, Gen.Char[" xé\n"].Select(c => c.ToString())).Array[0, 60]).Sample((words, parts) =>
        {
            var text = string.Concat(parts);
            var literals = words.Select(w => new Literal(w, ExactCase: false)).ToArray();

            // On bytes, as the index works on them.
            var latin = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
            Assert.Equal(Naive(latin, literals), Found(text, literals));
        });

    [Fact]
    public void Scan_ExactCase_FindsThatSpellingOnly()
    {
        Literal[] literals = [new("AKIA", ExactCase: true), new("akia", ExactCase: false)];

        Assert.Equal([(0, 5), (1, 0), (1, 5)], Found("akia AKIA", literals));
    }

    [Fact]
    public void Scan_ThousandsOfLiterals_FindsEachAtEachEndOfTheText()
    {
        var literals = Enumerable.Range(0, 3000).Select(i => new Literal($"word{i:0000}x", ExactCase: false)).ToArray();
        foreach (var at in new[] { 0, 1499, 2999 })
        {
            Assert.Equal([(at, 0)], Found($"Word{at:0000}X", literals));
            Assert.Equal([(at, 9)], Found($"123456789wORD{at:0000}x", literals));
        }
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("schlüssel")]
    public void New_LiteralThatCannotBeLookedFor_IsRefused(string literal)
    {
        var fault = Assert.Throws<ArgumentException>(() => new LiteralIndex([new Literal(literal, ExactCase: false)]));
        Assert.Contains(literal, fault.Message, StringComparison.Ordinal);
    }

    private static List<(int Literal, int Index)> Found(string text, IReadOnlyList<Literal> literals)
    {
        var sink = new Sink { Hits = [] };
        new LiteralIndex(literals).Scan(Encoding.UTF8.GetBytes(text), ref sink);
        return [.. sink.Hits.Order()];
    }

    private static List<(int, int)> Naive(string text, Literal[] literals) =>
        [.. literals.SelectMany((l, id) => Enumerable.Range(0, text.Length).Where(i => string.Compare(text, i, l.Text, 0, l.Text.Length, StringComparison.OrdinalIgnoreCase) == 0).Select(i => (id, i))).Order()];

    private struct Sink : ILiteralSink
    {
        public List<(int, int)> Hits { get; init; }

        public readonly void Hit(int literal, int index) => Hits.Add((literal, index));
    }
}
