using Sentinel.Contracts.Heartbeats;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>A heartbeat with one blind detector.</summary>
internal static class FakeHeartbeat
{
    public static HeartbeatSnapshot Of(FakeEstate estate) => new(
        true, 3600, estate.Now.AddMinutes(-12), estate.Now.AddMinutes(-12), 126, 126, 125, 24, 0.82, 1.94,
        [new MissedRule("aws-access-token", estate.Now.AddMinutes(-12), estate.Now.AddHours(-27), "001111111111")],
        [new HeartbeatAlert("missed", "A rule does not find its own example: aws-access-token.")]);
}
