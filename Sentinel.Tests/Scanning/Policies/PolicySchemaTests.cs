using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using NJsonSchema;
using Sentinel.Scanning.Policies;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>The published schema is the one that is committed, and it agrees with the reader.</summary>
public sealed class PolicySchemaTests
{
    private static readonly string File = Path.Combine(SharedFiles.RepositoryRoot, "schemas", PolicySchema.FileName);

    // Words of which nearly all files are wrong somewhere, so that both sides are asked about everything.
    private static readonly Gen<JsonNode?> Anything = Gen.OneOf<JsonNode?>(
        Gen.Const((JsonNode?)null), Gen.Bool.Select(b => (JsonNode?)b), Gen.Int[-2, 60].Select(i => (JsonNode?)i), Gen.OneOf("high", "none", "x", "", "2027-01-31").Select(s => (JsonNode?)s),
        Gen.Const(0).Select(_ => (JsonNode?)new JsonArray()), Gen.Const(0).Select(_ => (JsonNode?)new JsonObject()));

    [Fact]
    public async Task Committed_EqualsTheReadersTable()
    {
        if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_DOCS") == "1") await System.IO.File.WriteAllTextAsync(File, PolicySchema.Json, TestContext.Current.CancellationToken);

        var committed = System.IO.File.Exists(File) ? (await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") : "";

        Assert.True(committed == PolicySchema.Json, $"schemas/{PolicySchema.FileName} is not what the reader goes by: run this test with SENTINEL_UPDATE_DOCS=1 and commit the result.");
    }

    [Fact]
    public async Task Schema_Descriptions_StandAtEveryKey()
    {
        var schema = await JsonSchema.FromJsonAsync(PolicySchema.Json, TestContext.Current.CancellationToken);

        Assert.Equal(["version", "gate", "paths", "suppressions", "comments", "ai"], schema.Properties.Keys);
        Assert.All(schema.Properties.Values.SelectMany(p => p.ActualProperties.Values.Append(p)), p => Assert.EndsWith(".", p.Description, StringComparison.Ordinal));
    }

    /// <summary>Any file, sound or not, is sound to both or to neither. A file of JSON is one of YAML.</summary>
    [Fact]
    public async Task Schema_AnyFile_IsJudgedAsTheReaderDoes()
    {
        var schema = await JsonSchema.FromJsonAsync(PolicySchema.Json, TestContext.Current.CancellationToken);
        var (sound, faulty) = (0, 0);
        Files().Sample(
            file =>
            {
                var text = file.ToJsonString();
                var read = PolicyReader.Read(PolicyFile.Name, Encoding.UTF8.GetBytes(text)).Errors;
                var errors = schema.Validate(text);

                Assert.True(read.Count == 0 == (errors.Count == 0), $"{text}\nreader: {string.Join("; ", read)}\nschema: {string.Join("; ", errors)}");
                if (read.Count == 0) sound++;
                else faulty++;
            },
            iter: 3000, threads: 1);

        Assert.True(sound > 100 && faulty > 100, $"{sound} sound and {faulty} faulty files");
    }

    [Theory]
    [InlineData("paths", """{"exclude": ["a/../b"]}""")]
    [InlineData("suppressions", """[{"rule": "a", "reason": "x", "expires": "2027-02-30"}]""")]
    public async Task Schema_WhatItCannotSay_TheReaderRefuses(string key, string value)
    {
        var schema = await JsonSchema.FromJsonAsync(PolicySchema.Json, TestContext.Current.CancellationToken);
        var text = $$"""{"version": 1, "{{key}}": {{value}}}""";

        Assert.Empty(schema.Validate(text));
        Assert.NotEmpty(PolicyText.Read(text).Errors);
    }

    private static Gen<JsonNode> Files() => Group(PolicyKeys.Root).Select(n => n!);

    private static Gen<JsonNode?> Of(PolicyShape shape) => Gen.Frequency((40, Sound(shape)), (1, Anything));

    private static Gen<JsonNode?> Sound(PolicyShape shape) => shape switch
    {
        PolicyShape.Group group => Group(group),
        PolicyShape.List list => Of(list.Item).Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
        PolicyShape.Choice choice => Gen.OneOf([.. choice.Words]).Select(w => (JsonNode?)w),
        PolicyShape.Flag => Gen.Bool.Select(b => (JsonNode?)b),
        PolicyShape.Number number => Gen.Int[number.Least, number.Most].Select(i => (JsonNode?)i),
        PolicyShape.Text text => Gen.OneOf(Texts(text)).Select(t => (JsonNode?)t),
        _ => throw new InvalidOperationException(shape.ToString()),
    };

    // Of each key one that fits, and some that would fit another.
    private static string[] Texts(PolicyShape.Text text)
    {
        string[] all = ["src/**", "a", "unpinned-uses", new('a', 64), "2027-01-31", "Because it is so."];
        return [.. all.Where(t => text.Fault(t) is null && t.Length <= text.Most)];
    }

    private static Gen<JsonNode?> Group(PolicyShape.Group group) => Gen.Select(
        Gen.Select(Gen.Int[0, 20].Array[group.Keys.Count], Gen.Int[0, 60]), Gen.Const(0).SelectMany(_ => All([.. group.Keys.Select(k => Of(k.Shape))])), (picks, values) =>
        {
            var node = new JsonObject();
            foreach (var (i, key) in group.Keys.Index())
            {
                if (picks.Item1[i] >= (key.IsRequired ? 1 : 10)) node[key.Name] = values[i]?.DeepClone();
            }
            if (picks.Item2 == 0) node["unknown"] = 1;
            return (JsonNode?)node;
        });

    private static Gen<JsonNode?[]> All(Gen<JsonNode?>[] gens) => gens.Aggregate(
        Gen.Const(Array.Empty<JsonNode?>()), (all, next) => Gen.Select(all, next, (head, tail) => (JsonNode?[])[.. head, tail]));
}
