using System.Text;

namespace Sentinel.Web.Model;

/// <summary>Builds a query string, leaving out what is null or empty.</summary>
public sealed class QueryText
{
    private readonly StringBuilder _text = new();

    public void Add(string name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    public string AppendTo(string path) => path + _text;

    public override string ToString() => _text.ToString();
}
