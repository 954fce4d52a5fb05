using System.Globalization;

namespace Sentinel.Scanning.Policies;

/// <summary>A node of a policy file that knows its place.</summary>
internal abstract record PolicyNode(Region Region)
{
    /// <summary>For messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>A scalar.</summary>
/// <param name="IsPlain">Whether it stands without quotes, so that it may be a number or a truth value.</param>
internal sealed record PolicyText(Region Region, string Value, bool IsPlain) : PolicyNode(Region)
{
    public override string Kind => IsNull ? "nothing" : PolicyErrors.Quote(Value);

    // https://yaml.org/spec/1.2.2/#10321-tag-resolution
    public bool IsNull => IsPlain && (Value is "" or "~" or "null" or "Null" or "NULL");

    /// <summary>Whether other readers of YAML take it for a number or a truth value.</summary>
    public bool IsNoText => IsPlain && (Value is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" || IsNumber);

    private bool IsNumber => Value.StartsWith("0x", StringComparison.Ordinal) || Value.StartsWith("0o", StringComparison.Ordinal)
        || (Value.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E')
            && double.TryParse(Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _));
}

/// <summary>A sequence.</summary>
internal sealed record PolicyList(Region Region, IReadOnlyList<PolicyNode> Items) : PolicyNode(Region)
{
    public override string Kind => "a list";
}

/// <summary>A mapping; no key stands in it twice.</summary>
internal sealed record PolicyMap(Region Region, IReadOnlyList<KeyValuePair<PolicyText, PolicyNode>> Entries) : PolicyNode(Region)
{
    public override string Kind => "a group of keys";

    public PolicyNode? Find(string key) => Entries.FirstOrDefault(e => e.Key.Value == key).Value;
}
