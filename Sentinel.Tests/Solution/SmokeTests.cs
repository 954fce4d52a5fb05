namespace Sentinel.Tests.Solution;

public sealed class SmokeTests
{
    [Fact]
    public void Runner_Runs_True() => Assert.True(Environment.Version.Major >= 10);
}
