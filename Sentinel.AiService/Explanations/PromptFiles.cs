using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.AiService.Explanations;

/// <summary>The prompts, embedded as they stand in the folder Prompts.</summary>
internal static partial class PromptFiles
{
    public static string System { get; } = Read("explanation.system.txt");

    public static string Question { get; } = Read("explanation.question.txt");

    public static string Schema { get; } = Read("explanation.schema.json");

    /// <summary>Fills the places of a template. One pass, so that a place named inside a value stays as it is.</summary>
    /// <exception cref="KeyNotFoundException">The template has a place without a value.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, string> values) =>
        Place().Replace(template, place => values[place.Groups[1].Value]);

    [GeneratedRegex(@"\{\{(\w+)\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    private static string Read(string name)
    {
        using var stream = typeof(PromptFiles).Assembly.GetManifestResourceStream($"Prompts/{name}")
            ?? throw new InvalidOperationException($"The prompt '{name}' is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n');
    }
}
