using System.Globalization;
using System.Text;

namespace Sentinel.Benchmarks.House;

/// <summary>Ordinary-looking code, about 4 KB a file, the same for the same numbers.</summary>
internal static class SampleCode
{
    private static readonly string[] Words = ["order", "invoice", "customer", "address", "amount", "currency", "status", "created", "token", "session", "key", "line", "total", "price", "item", "page"];

    public static string File(int version, int number)
    {
        var random = new Random((version * 100_003) + number);
        string Word() => Words[random.Next(Words.Length)];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"namespace Acme.Part{number};\n\npublic sealed class {Word()}{number}\n{{\n");
        for (var i = 0; i < 45; i++)
            text.Append(CultureInfo.InvariantCulture, $"    public string {Word()}{i} => Read(\"{Word()}.{Word()}\", {random.Next(1000)}); // {Word()} of the {Word()}\n");
        return text.Append("}\n").ToString();
    }
}
