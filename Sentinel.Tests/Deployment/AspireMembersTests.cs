using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sentinel.Tests.Deployment;

/// <summary>
/// The app host and the emitters must compile against the real Aspire packages. What Sentinel.Aspire offers in Aspire's namespaces is
/// compared with Aspire's listing elsewhere; here it is shown that nothing else of it is used.
/// </summary>
public sealed class AspireMembersTests
{
    [Theory]
    [InlineData("Sentinel.AppHost")]
    [InlineData("Sentinel.Deployment")]
    public void Assembly_UsesOfSentinelAspire_OnlyWhatIsAspires(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var used = metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(t => t.ResolutionScope.Kind == HandleKind.AssemblyReference && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)t.ResolutionScope).Name) == "Sentinel.Aspire")
            .Select(t => $"{metadata.GetString(t.Namespace)}.{metadata.GetString(t.Name)}").ToArray();

        Assert.NotEmpty(used);
        // The types that the Aspire SDK generates implement its interface; ours, which the build writes, implement one that adds a path.
        Assert.All(used, u => Assert.True(u.StartsWith("Aspire.", StringComparison.Ordinal) || (name == "Sentinel.AppHost" && u == "Sentinel.Aspire.Projects.IBuiltProject"), u));
    }

    [Fact]
    public void SentinelAspire_ShowsItsInsidesToTestsAlone() => Assert.Equal(
        ["Sentinel.Tests"],
        typeof(Sentinel.Aspire.Projects.IBuiltProject).Assembly.GetCustomAttributes(typeof(System.Runtime.CompilerServices.InternalsVisibleToAttribute), false)
            .Cast<System.Runtime.CompilerServices.InternalsVisibleToAttribute>().Select(a => a.AssemblyName).Where(a => a is "Sentinel.Deployment" or "Sentinel.AppHost" or "Sentinel.Tests"));
}
