using System.Runtime.CompilerServices;

namespace Exchange.Tests.Support;

/// <summary>The shared recordings of real venues, which lie beside the checkout: <c>../shared/recordings</c> as seen from the root of the repository.</summary>
internal static class SharedRecordings
{
    /// <summary>What a test that needs one and finds none says.</summary>
    public const string Absent = "the shared recordings are not beside this checkout";

    /// <summary>The path of a recording; null when it is not there.</summary>
    public static string? Find(string name, [CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(Path.GetDirectoryName(here)!); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Exchange.sln")))
                continue;
            var path = Path.Combine(folder.FullName, "..", "shared", "recordings", name);
            return File.Exists(path) ? path : null;
        }

        return null;
    }
}
