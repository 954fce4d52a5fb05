namespace Sentinel.Scanning.Secrets.Decoding;

/// <summary>A part of a text that reads as something else.</summary>
/// <param name="Start">Index of its first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Encoding">What it is: base64, hex, percent, escapes, utf-16, gzip.</param>
/// <param name="Decoded">What it reads as.</param>
internal sealed record EncodedSpan(int Start, int Length, string Encoding, byte[] Decoded);
