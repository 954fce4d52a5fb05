using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : Resource(name), IExpressionValue
{
    private readonly Lock _once = new();
    private string? _value;

    /// <summary>The value; asked for once, so that a generated one stays the same for the life of the process.</summary>
    public string Value
    {
        get
        {
            lock (_once) return _value ??= callback(Default);
        }
    }

    public bool Secret { get; } = secret;

    public ParameterDefault? Default { get; set; }

    public string? Description { get; set; }

    public bool EnableDescriptionMarkdown { get; set; }

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(Value);

    public ValueTask<string?> GetValueAsync(ValueProviderContext _, CancellationToken cancellationToken) => new(Value);
}

public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}

public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerLetters = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperLetters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Marks = "-_.{}~()*+!";

    public GenerateParameterDefault()
    {
    }

    public int MinLength { get; set; } = 22;

    public bool Lower { get; set; } = true;

    public bool Upper { get; set; } = true;

    public bool Numeric { get; set; } = true;

    public bool Special { get; set; } = true;

    public override string GetDefaultValue()
    {
        string[] sets = [.. new[] { (Lower, LowerLetters), (Upper, UpperLetters), (Numeric, Digits), (Special, Marks) }.Where(s => s.Item1).Select(s => s.Item2)];
        if (sets.Length == 0) throw new InvalidOperationException("A generated parameter needs at least one kind of character.");
        var alphabet = string.Concat(sets);
        // One of each kind first, then the rest, then shuffled: the kinds are there and their places are not known.
        var text = sets.Select(s => s[RandomNumberGenerator.GetInt32(s.Length)])
            .Concat(RandomNumberGenerator.GetItems<char>(alphabet, Math.Max(0, MinLength - sets.Length)))
            .ToArray();
        RandomNumberGenerator.Shuffle<char>(text);
        return new string(text);
    }
}
