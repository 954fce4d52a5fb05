using Sentinel.Data.Access;

namespace Sentinel.Api.Visibility;

/// <summary>
/// What the caller of this request may see. The request's database context is narrowed to it, so a request whose caller nobody looked at
/// sees no repository. The system's own work takes its contexts from the factory, and sees everything.
/// </summary>
internal sealed class Viewpoint
{
    public RepositoryView View { get; set; } = RepositoryView.Nothing;
}
