using System.Xml.Linq;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Solution;

/// <summary>References between projects run one way; this table is the whole list of what is allowed.</summary>
public sealed class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Sentinel.Contracts"] = [],
        ["Sentinel.Scanning"] = [],
        ["Sentinel.Git"] = ["Sentinel.Scanning"],
        ["Sentinel.ServiceDefaults"] = [],
        ["Sentinel.GitHub"] = ["Sentinel.Data", "Sentinel.ServiceDefaults"],
        ["Sentinel.Aspire"] = [],
        ["Sentinel.Data"] = ["Sentinel.Contracts", "Sentinel.ServiceDefaults"],
        ["Sentinel.Api"] = ["Sentinel.Contracts", "Sentinel.Data", "Sentinel.GitHub", "Sentinel.Scanning", "Sentinel.ServiceDefaults"],
        ["Sentinel.Worker"] = ["Sentinel.Contracts", "Sentinel.Data", "Sentinel.Git", "Sentinel.GitHub", "Sentinel.Scanning", "Sentinel.ServiceDefaults"],
        ["Sentinel.AiService"] = ["Sentinel.Contracts", "Sentinel.Scanning", "Sentinel.ServiceDefaults"],
        ["Sentinel.Web"] = ["Sentinel.Contracts", "Sentinel.ServiceDefaults"],
        ["Sentinel.Cli"] = ["Sentinel.Git", "Sentinel.Scanning"],
        ["Sentinel.Deployment"] = ["Sentinel.Aspire"],
        // The app host names the services for the model; it is checked below that it does not compile against them.
        ["Sentinel.AppHost"] = ["Sentinel.Aspire", "Sentinel.Deployment", "Sentinel.AiService", "Sentinel.Api", "Sentinel.Web", "Sentinel.Worker"],
    };

    // Tests and benchmarks may look at everything.
    private static readonly string[] Unrestricted = ["Sentinel.Tests", "Sentinel.Benchmarks"];

    public static TheoryData<string> Projects() =>
        [.. Directory.GetFiles(SharedFiles.RepositoryRoot, "Sentinel.*.csproj", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_AreAllowed(string project)
    {
        if (Unrestricted.Contains(project)) return;

        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} has no entry in the table of allowed references.");
        Assert.Equal([], References(project).Select(r => r.Name).Except(allowed!));
    }

    [Fact]
    public void AppHost_References_ServicesByNameOnly() =>
        Assert.All(
            References("Sentinel.AppHost").Where(r => r.Name is not "Sentinel.Aspire" and not "Sentinel.Deployment"),
            r => Assert.Equal("false", r.Element.Attribute("ReferenceOutputAssembly")?.Value ?? r.Element.Element("ReferenceOutputAssembly")?.Value));

    private static IEnumerable<(string Name, XElement Element)> References(string project) =>
        XDocument.Load(Path.Combine(SharedFiles.RepositoryRoot, project, $"{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(e => (Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')), e));
}
