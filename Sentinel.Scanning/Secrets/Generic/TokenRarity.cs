namespace Sentinel.Scanning.Secrets.Generic;

/// <summary>
/// Says how surprising a token is to someone who has read much ordinary source: the mean over its characters of the bits that a
/// model of character triples needs for them. Identifiers, words and paths cost about 3 bits a character, random text about 7,
/// whatever its length; Shannon's entropy, which only counts how evenly the characters of the one token are spread, cannot tell
/// <c>getUserTokenByName</c> from a key.
/// </summary>
/// <remarks>The model is the file <c>rarity.bin</c>, made by <c>Sentinel.Benchmarks -- rarity-model</c> from ordinary source trees.</remarks>
internal sealed class TokenRarity
{
    /// <summary>Letters without case, one for all digits, punctuation.</summary>
    public const int Symbols = 32;

    /// <summary>Kinds of characters: lower case, upper case, digit, other, and none (before the start).</summary>
    public const int Kinds = 5;

    /// <summary>Steps of one bit in the file's bytes.</summary>
    public const int Scale = 16;

    /// <summary>Bytes of the model.</summary>
    public const int Size = ((Symbols + 1) * (Symbols + 1) * Symbols) + (Kinds * Kinds * Kinds);

    private const int Start = Symbols;
    private const int Digit = 26;

    private static readonly Lazy<TokenRarity> Shipped = new(() =>
    {
        using var stream = typeof(TokenRarity).Assembly.GetManifestResourceStream("Sentinel.Scanning.Secrets.rarity.bin")!;
        var model = new byte[Size];
        stream.ReadExactly(model);
        return new TokenRarity(model);
    });

    private readonly byte[] _model;

    /// <param name="model"><see cref="Size"/> bytes: the cost of each triple in sixteenths of a bit.</param>
    public TokenRarity(byte[] model)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(model.Length, Size);
        _model = model;
    }

    public static TokenRarity Instance => Shipped.Value;

    /// <summary>Bits per character; 0 for an empty token.</summary>
    public double BitsPerCharacter(ReadOnlySpan<char> token)
    {
        if (token.IsEmpty) return 0;
        var total = 0;
        var (a, b) = (Start, Start);
        var (k, l) = (Kinds - 1, Kinds - 1);
        foreach (var c in token)
        {
            var symbol = SymbolOf(c);
            var kind = KindOf(c);
            total += _model[TripleIndex(a, b, symbol)] + _model[KindIndex(k, l, kind)];
            (a, b, k, l) = (b, symbol, l, kind);
        }
        return (double)total / token.Length / Scale;
    }

    public static int TripleIndex(int a, int b, int c) => (((a * (Symbols + 1)) + b) * Symbols) + c;

    public static int KindIndex(int a, int b, int c) => ((Symbols + 1) * (Symbols + 1) * Symbols) + (((a * Kinds) + b) * Kinds) + c;

    public static int SymbolOf(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= 'A' and <= 'Z' => c - 'A',
        >= '0' and <= '9' => Digit,
        '_' => 27,
        '-' => 28,
        '.' => 29,
        '/' => 30,
        _ => 31,
    };

    public static int KindOf(char c) => char.IsAsciiLetterLower(c) ? 0 : char.IsAsciiLetterUpper(c) ? 1 : char.IsAsciiDigit(c) ? 2 : 3;
}
