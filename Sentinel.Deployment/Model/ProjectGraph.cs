using System.Xml.Linq;

namespace Sentinel.Deployment.Model;

/// <summary>Which projects a project is built from.</summary>
internal static class ProjectGraph
{
    /// <summary>Folder names of a project and of everything it refers to, sorted.</summary>
    /// <param name="projectPath">A project file.</param>
    public static IReadOnlyList<string> Closure(string projectPath)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Visit(Path.GetFullPath(projectPath));
        return [.. seen.Select(p => Path.GetFileName(Path.GetDirectoryName(p)!))];

        void Visit(string path)
        {
            if (!seen.Add(path)) return;
            foreach (var reference in XDocument.Load(path).Descendants("ProjectReference").Select(r => (string?)r.Attribute("Include")).OfType<string>())
                Visit(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, reference.Replace('\\', '/'))));
        }
    }
}
