using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Sentinel.Tests.Support;

/// <summary>Runs a theory against each implementation of the Redis protocol.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BothServersAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([.. Enum.GetValues<RedisServer>().Select(server => new TheoryDataRow<RedisServer>(server))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
