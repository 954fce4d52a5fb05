using System.Text.Json.Serialization;

namespace Sentinel.Api.Paging;

/// <summary>Key of lists that are newest first: ids are version 7 UUIDs, so their order is that of time.</summary>
internal sealed record IdKey([property: JsonRequired] Guid Id);

/// <summary>Key of lists in order of name.</summary>
internal sealed record NameKey([property: JsonRequired] string Name, [property: JsonRequired] Guid Id);

/// <summary>Key of the findings list: worst first, then newest.</summary>
internal sealed record FindingKey([property: JsonRequired] short Rank, [property: JsonRequired] Guid Id);
