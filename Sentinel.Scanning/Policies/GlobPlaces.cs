namespace Sentinel.Scanning.Policies;

/// <summary>A set of places in a pattern, one bit each: all ways of matching are followed at once, so none can be tried again and again.</summary>
internal readonly record struct GlobPlaces(UInt128 Low, UInt128 High)
{
    private const int Half = 128;

    /// <summary>No place.</summary>
    public static GlobPlaces None => default;

    /// <summary>One place, 0 to 255.</summary>
    public static GlobPlaces At(int place) => place < Half ? new GlobPlaces(UInt128.One << place, 0) : new GlobPlaces(0, UInt128.One << (place - Half));

    /// <summary>Each place moved on by one.</summary>
    public GlobPlaces Next => new(Low << 1, (High << 1) | (Low >> (Half - 1)));

    /// <summary>Each place moved back by one.</summary>
    public GlobPlaces Previous => new((Low >> 1) | (High << (Half - 1)), High >> 1);

    public static GlobPlaces operator |(GlobPlaces a, GlobPlaces b) => new(a.Low | b.Low, a.High | b.High);

    public static GlobPlaces operator &(GlobPlaces a, GlobPlaces b) => new(a.Low & b.Low, a.High & b.High);
}
