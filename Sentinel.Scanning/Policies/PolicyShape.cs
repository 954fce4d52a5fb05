namespace Sentinel.Scanning.Policies;

/// <summary>What may stand at a place of a policy file. The reader checks it and the published schema says it, from the same table.</summary>
/// <param name="About">For people who write the file, as sentences.</param>
internal abstract record PolicyShape(string About)
{
    /// <summary>A group of keys.</summary>
    public sealed record Group(string About, params IReadOnlyList<PolicyKey> Keys) : PolicyShape(About);

    /// <summary>One of some words.</summary>
    public sealed record Choice(string About, string Default, params IReadOnlyList<string> Words) : PolicyShape(About);

    /// <summary>true or false.</summary>
    public sealed record Flag(string About, bool Default) : PolicyShape(About);

    /// <summary>A whole number.</summary>
    /// <param name="Default">Null where the number has to be given.</param>
    public sealed record Number(string About, int Least, int Most, int? Default) : PolicyShape(About);

    /// <summary>A text.</summary>
    /// <param name="Pattern">What the schema says of it; it allows whatever <paramref name="Fault"/> does.</param>
    /// <param name="Fault">What is wrong with a text and what to write instead; null when nothing is.</param>
    public sealed record Text(string About, int Most, string Pattern, Func<string, TextFault?> Fault) : PolicyShape(About);

    /// <summary>A list.</summary>
    public sealed record List(string About, int Most, PolicyShape Item) : PolicyShape(About);
}

/// <summary>A key of a group.</summary>
internal sealed record PolicyKey(string Name, PolicyShape Shape, bool IsRequired = false);

/// <inheritdoc cref="PolicyShape.Text"/>
internal sealed record TextFault(string Message, string Remedy);
