namespace Sentinel.Tests.EndToEnd;

/// <summary>Tests that start all of Sentinel run one after the other and beside nothing else: they need the whole machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EndToEndCollection
{
    public const string Name = "end to end";
}
