namespace Sentinel.Contracts;

/// <summary>One page of a list in a stable order.</summary>
/// <param name="Items">At most the requested limit; empty means that nothing matches.</param>
/// <param name="Next">Opaque cursor to pass as <c>after</c>; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
