using System.Globalization;

namespace Sentinel.Scanning.Policies;

/// <summary>Holds a file against the table of what it can say, and notes where each key stands.</summary>
internal sealed class PolicyChecker(PolicyErrors errors, Dictionary<string, Region> places)
{
    public void Check(PolicyNode node, PolicyShape shape, string key)
    {
        switch (shape)
        {
            case PolicyShape.Group group:
                CheckGroup(node, group, key);
                break;
            case PolicyShape.List list:
                CheckList(node, list, key);
                break;
            case PolicyShape.Choice choice:
                CheckChoice(node, choice, key);
                break;
            case PolicyShape.Flag:
                if (node is not PolicyText { IsPlain: true, Value: "true" or "false" }) errors.Add(node, $"{key} is {node.Kind}.", "Write true or false, without quotes.");
                break;
            case PolicyShape.Number number:
                if (NumberOf(node) is not { } value || value < number.Least || value > number.Most) errors.Add(node, $"{key} is {node.Kind}.", Range(number));
                break;
            case PolicyShape.Text text:
                CheckText(node, text, key);
                break;
        }
    }

    /// <summary>The number that a node is; null for none, or for one too large to be any of ours.</summary>
    public static int? NumberOf(PolicyNode? node) =>
        node is PolicyText { IsPlain: true } text && text.Value.Length <= 9 && text.Value.All(char.IsAsciiDigit) && int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private void CheckGroup(PolicyNode node, PolicyShape.Group group, string key)
    {
        if (node is not PolicyMap map)
        {
            errors.Add(node, $"{Name(key)} is {node.Kind}.", $"Write keys below it ({string.Join(", ", group.Keys.Select(k => k.Name))}), or leave it out.");
            return;
        }
        foreach (var (name, value) in map.Entries)
        {
            var child = key.Length == 0 ? name.Value : $"{key}.{name.Value}";
            if (group.Keys.FirstOrDefault(k => k.Name == name.Value) is { } known)
            {
                places[child] = name.Region;
                Check(value, known.Shape, child);
            }
            else
            {
                var nearest = NearestWord.Of(name.Value, group.Keys.Select(k => k.Name));
                errors.Add(
                    name, $"{Name(key)} has no key {PolicyErrors.Quote(name.Value)}.",
                    nearest is null ? $"Its keys are {string.Join(", ", group.Keys.Select(k => k.Name))}." : $"Did you mean {nearest}?");
            }
        }
        foreach (var missing in group.Keys.Where(k => k.IsRequired && map.Find(k.Name) is null))
            errors.Add(map, $"{Name(key)} has no {missing.Name}.", $"{missing.Shape.About} Write {missing.Name}: {(missing.Shape is PolicyShape.Number number ? number.Least.ToString(CultureInfo.InvariantCulture) : "…")}");
    }

    private void CheckList(PolicyNode node, PolicyShape.List list, string key)
    {
        if (node is not PolicyList items)
        {
            errors.Add(node, $"{key} is {node.Kind}.", "Write a list: one line for each entry, beginning with a dash.");
            return;
        }
        if (items.Items.Count > list.Most) errors.Add(items, $"{key} has {items.Items.Count} entries.", $"Write at most {list.Most}.");
        foreach (var (index, item) in items.Items.Index())
        {
            var child = string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]");
            places[child] = item.Region;
            Check(item, list.Item, child);
        }
    }

    private void CheckChoice(PolicyNode node, PolicyShape.Choice choice, string key)
    {
        if (node is PolicyText { IsNull: false } text && choice.Words.Contains(text.Value)) return;
        var nearest = node is PolicyText word ? NearestWord.Of(word.Value, choice.Words) : null;
        errors.Add(node, $"{key} is {node.Kind}.", $"{(nearest is null ? "" : $"Did you mean {nearest}? ")}Write {string.Join(", ", choice.Words.SkipLast(1))} or {choice.Words[^1]}.");
    }

    private void CheckText(PolicyNode node, PolicyShape.Text shape, string key)
    {
        if (node is not PolicyText { IsNull: false } text) errors.Add(node, $"{key} is {node.Kind}.", shape.About);
        else if (text.IsNoText) errors.Add(node, $"{key} is {node.Kind}, which is no text.", "Write it in quotes.");
        else if (text.Value.Length > shape.Most) errors.Add(node, $"{key} has {text.Value.Length} characters.", $"Write at most {shape.Most}.");
        else if (shape.Fault(text.Value) is { } fault) errors.Add(node, fault.Message, fault.Remedy);
    }

    private static string Name(string key) => key.Length == 0 ? "The file" : key;

    private static string Range(PolicyShape.Number number) =>
        number.Least == number.Most ? $"Write {number.Least}: this Sentinel reads no other." : $"Write a whole number from {number.Least} to {number.Most}.";
}
