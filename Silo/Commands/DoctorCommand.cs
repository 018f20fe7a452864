using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Exchange.Silo.Diagnosis;

namespace Exchange.Silo.Commands;

/// <summary><c>doctor</c>: checks what the gateway needs and says what to do where something is missing.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var environment = new Option<string>("--env") { Description = "sim, testnet or live", DefaultValueFactory = _ => "sim" };
        var json = new Option<bool>("--json") { Description = "one JSON line instead of text" };
        var command = new Command("doctor", "Checks packages, libraries, ports, clock and connectivity, and says what to do.") { environment, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = await Doctor.ExamineAsync(parsed.GetValue(environment)!, cancellation);
            Print(findings, parsed.GetValue(json));
            return findings.Any(f => f.Verdict == Verdict.Bad) ? 1 : 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Finding> findings, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(findings.Select(f => new
            {
                check = f.Check,
                verdict = f.Verdict.ToString().ToLowerInvariant(),
                found = f.Found,
                advice = f.Advice,
            }), _readable));
            return;
        }

        foreach (var finding in findings)
        {
            var mark = finding.Verdict switch { Verdict.Good => "ok  ", Verdict.Note => "note", _ => "BAD " };
            Console.WriteLine($"{mark}  {finding.Check,-18} {finding.Found}");
            if (finding.Advice is not null)
                Console.WriteLine($"      {"",-18} → {finding.Advice}");
        }
    }
}
