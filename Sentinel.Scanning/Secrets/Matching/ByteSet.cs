namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>
/// Sets of bytes, as 256 flags: what a letter, a digit or a blank is to a <see cref="BytePattern"/>. A byte of 0x80 and above is none of
/// them: see <see cref="ByteText"/>.
/// </summary>
internal static class ByteSet
{
    /// <summary>The bytes of which something holds.</summary>
    public static bool[] Of(Func<int, bool> contains)
    {
        var set = new bool[256];
        for (var i = 0; i < set.Length; i++) set[i] = contains(i);
        return set;
    }

    /// <summary>One character.</summary>
    /// <param name="c">ASCII.</param>
    public static bool[] Single(char c, bool ignoreCase)
    {
        var set = new bool[256];
        Put(set, c, ignoreCase);
        return set;
    }

    /// <summary>Adds one character.</summary>
    /// <param name="c">ASCII.</param>
    public static void Put(bool[] set, char c, bool ignoreCase)
    {
        set[c] = true;
        if (ignoreCase && char.IsAsciiLetter(c)) set[c ^ 0x20] = true;
    }

    /// <summary>The set of <c>\d \w \s</c> and their opposites, by the letter behind the backslash; null for any other.</summary>
    public static bool[]? Shorthand(char letter) => letter switch
    {
        'd' => Of(b => b is >= '0' and <= '9'),
        'D' => Of(b => b is not (>= '0' and <= '9')),
        'w' => Of(IsWord),
        'W' => Of(b => !IsWord(b)),
        's' => Of(IsBlank),
        'S' => Of(b => !IsBlank(b)),
        _ => null,
    };

    /// <summary>The same text for equal sets.</summary>
    public static string KeyOf(bool[] set) => string.Create(set.Length, set, static (characters, source) =>
    {
        for (var i = 0; i < source.Length; i++) characters[i] = source[i] ? '1' : '0';
    });

    private static bool IsWord(int value) => value < 128 && (char.IsAsciiLetterOrDigit((char)value) || value == '_');

    private static bool IsBlank(int value) => value is ' ' or (>= '\t' and <= '\r');
}
