using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>Turns indexes of UTF-8 bytes into indexes of the decoded text; asked in ascending order it reads the bytes once.</summary>
internal ref struct TextPositions(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private int _byte;
    private int _character;

    public int Of(int index)
    {
        if (index < _byte) (_byte, _character) = (0, 0);
        _character += Encoding.UTF8.GetCharCount(_utf8[_byte..index]);
        _byte = index;
        return _character;
    }
}
