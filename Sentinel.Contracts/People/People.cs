using Sentinel.Contracts.Sessions;

namespace Sentinel.Contracts.People;

/// <summary>Somebody who signed in with GitHub.</summary>
/// <param name="Name">Null when the person gave GitHub none.</param>
/// <param name="Repositories">How many of Sentinel's repositories GitHub lets the person see, as of the last look; null when there was none. An administrator sees all of them whatever this says.</param>
public sealed record PersonSummary(
    Guid Id, string Login, string? Name, Role Role, DateTimeOffset CreatedAt, DateTimeOffset SignedInAt, int? Repositories);

/// <summary>Body of <c>POST /api/v1/people/{id}/role</c>.</summary>
public sealed record ChangeRoleRequest(Role Role);
