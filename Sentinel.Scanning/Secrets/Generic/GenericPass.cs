using System.Text;
using Sentinel.Scanning.Secrets.Matching;

namespace Sentinel.Scanning.Secrets.Generic;

/// <summary>Reads the assignment around a word that speaks of a secret. One per text; remembers the name it read last.</summary>
internal ref struct GenericPass(ReadOnlySpan<byte> text, FileContext file)
{
    private const int MaxName = 80;
    private const int MaxValue = 1024;
    private const int MaxBlank = 8;
    private const int LongLine = 2500;
    private const int MaxQualifier = 12;

    private static readonly byte[][] Qualifiers =
        [.. new[] { "api", "access", "secret", "private", "auth", "client", "app", "account", "service", "license", "server", "encryption", "signing", "bot", "user" }.Select(Encoding.ASCII.GetBytes)];

    private readonly ReadOnlySpan<byte> _text = text;
    private int _nameEnd = -1;

    /// <param name="index">Where the word stands.</param>
    /// <param name="length">Bytes of the word.</param>
    public Candidate? At(int index, int length)
    {
        // Another word of the same name.
        if (index < _nameEnd) return null;

        var start = index;
        while (start > 0 && index - start < MaxName && IsName(_text[start - 1])) start--;
        var end = index + length;
        while (end < _text.Length && end - start < MaxName && IsName(_text[end])) end++;
        _nameEnd = end;
        start = BeforeBlank(start);
        if (Value(start, end) is not { } value) return null;

        Span<char> name = stackalloc char[MaxName + MaxName];
        Span<char> characters = stackalloc char[MaxValue];
        name = name[..Encoding.Latin1.GetChars(_text[start..end], name)];
        characters = characters[..Encoding.Latin1.GetChars(_text.Slice(value.Start, value.Length), characters)];
        if (GenericSecret.Judge(name, characters, value.Quoted) is not { } confidence) return null;
        if (file.IsBundle && IsInLongLine(start)) return null;
        return new Candidate(null, value.Start, value.Length, confidence, value.Start - end, start, value.Start + value.Length - start);
    }

    // "api key: …" and "access token: …", as prose and settings pages have it.
    private readonly int BeforeBlank(int start)
    {
        if (start < 4 || _text[start - 1] != ' ') return start;
        var word = start - 1;
        while (word > 0 && start - word < MaxQualifier && char.IsAsciiLetter((char)_text[word - 1])) word--;
        foreach (var qualifier in Qualifiers)
        {
            if (Ascii.EqualsIgnoreCase(_text[word..(start - 1)], qualifier)) return word;
        }
        return start;
    }

    private readonly (int Start, int Length, bool Quoted)? Value(int nameStart, int nameEnd)
    {
        var at = nameEnd;
        // "name": or ['name'] = or name") , as in a call
        while (at < _text.Length && at - nameEnd < 3 && _text[at] is (byte)'"' or (byte)'\'' or (byte)'`' or (byte)']' or (byte)')' or (byte)'\\') at++;
        var closed = at;
        at = Blank(at);
        if (at >= _text.Length) return null;

        var isFlag = nameStart >= 2 && _text[nameStart] == '-' && _text[nameStart + 1] == '-';
        switch (_text[at])
        {
            case (byte)':' or (byte)'=':
                at++;
                while (at < _text.Length && _text[at] is (byte)'=' or (byte)'>' or (byte)':') at++;
                at = Typed(at);
                break;
            case (byte)'|' when at + 2 < _text.Length && _text[at + 1] == '|' && _text[at + 2] == '=':
                at += 3;
                break;
            case (byte)'?' when at + 1 < _text.Length && _text[at + 1] == '=':
                at += 2;
                break;
            case (byte)'>':
                at++;
                break;
            case (byte)',' or (byte)'(' when closed > nameEnd || _text[at] == '(':
                at++;
                break;
            case (byte)'v' when _text[at..].StartsWith("value"u8):
                at = Blank(at + 5);
                if (at >= _text.Length || _text[at] != '=') return null;
                at++;
                break;
            default:
                if (isFlag && at > closed) break;
                if (closed == nameEnd && at > closed && EndsWithBearer(nameEnd)) break;
                return null;
        }
        at = Blank(at);
        return Literal(at, nameStart);
    }

    // name: string = "…" and name: &str = "…"
    private readonly int Typed(int at)
    {
        var after = Blank(at);
        var type = after;
        while (type < _text.Length && type - after < 24 && (IsName(_text[type]) || _text[type] is (byte)'&' or (byte)'?' or (byte)'\'')) type++;
        if (type == after) return at;
        var equals = Blank(type);
        return equals < _text.Length - 1 && _text[equals] == '=' && _text[equals + 1] != '=' && type > after && !char.IsAsciiDigit((char)_text[after]) ? equals + 1 : at;
    }

    private readonly bool EndsWithBearer(int end) => end >= 6 && Ascii.EqualsIgnoreCase(_text[(end - 6)..end], "bearer"u8);

    private readonly (int Start, int Length, bool Quoted)? Literal(int at, int nameStart)
    {
        // String prefixes of Python, C#, Go, shells: b"…", @"…", $'…'.
        if (at + 1 < _text.Length && _text[at] is (byte)'b' or (byte)'r' or (byte)'u' or (byte)'f' or (byte)'@' or (byte)'$' or (byte)'\\' && _text[at + 1] is (byte)'"' or (byte)'\'') at++;
        if (at >= _text.Length) return null;
        var quote = _text[at];
        if (quote is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            var start = at + 1;
            var limit = Math.Min(_text.Length, start + MaxValue);
            var end = start;
            while (end < limit && _text[end] != quote && _text[end] != '\n' && _text[end] != '\\') end++;
            if (end >= limit || end == start || _text[end] == '\n') return null;
            return (start, end - start, true);
        }
        else
        {
            var start = at;
            var limit = Math.Min(_text.Length, start + MaxValue);
            var end = start;
            while (end < limit && _text[end] is > (byte)' ' and not ((byte)'"' or (byte)'\'' or (byte)'`' or (byte)',' or (byte)';' or (byte)')' or (byte)'}' or (byte)'\\' or (byte)'<' or (byte)'&' or (byte)'|' or (byte)'(' or (byte)'[')) end++;
            if (end - start < 8 || end - start >= MaxValue) return null;
            // An expression, not a value.
            if (end < _text.Length && _text[end] is (byte)'(' or (byte)'[') return null;
            return file.IsSettings || IsQuery(nameStart) || _text[start - 1] == '>' || IsBare(start, end) ? (start, end - start, false) : null;
        }
    }

    private readonly bool IsQuery(int nameStart) => nameStart > 0 && _text[nameStart - 1] is (byte)'?' or (byte)'&';

    // In code only what cannot be a name: digits and letters mixed through a long run.
    private readonly bool IsBare(int start, int end)
    {
        var digits = 0;
        for (var i = start; i < end; i++)
        {
            if (char.IsAsciiDigit((char)_text[i])) digits++;
            else if (_text[i] is (byte)'.' or (byte)'_') return false;
        }
        return end - start >= 20 && digits * 8 >= end - start;
    }

    private readonly bool IsInLongLine(int at)
    {
        var before = _text[Math.Max(0, at - LongLine)..at].LastIndexOf((byte)'\n');
        var after = _text[at..Math.Min(_text.Length, at + LongLine)].IndexOf((byte)'\n');
        return (before < 0 && at >= LongLine) || (after < 0 && _text.Length - at >= LongLine);
    }

    private readonly int Blank(int at)
    {
        var limit = Math.Min(_text.Length, at + MaxBlank);
        while (at < limit && _text[at] is (byte)' ' or (byte)'\t') at++;
        return at;
    }

    private static bool IsName(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'-' or (byte)'.';
}
