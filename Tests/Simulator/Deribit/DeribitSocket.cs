using System.Text.Json.Nodes;
using Xunit;

namespace Exchange.Tests.Simulator.Deribit;

/// <summary>A bare JSON-RPC client: answers are found by their id, and what comes between is kept.</summary>
internal sealed class DeribitSocket(RawSocket raw) : IAsyncDisposable
{
    private readonly Queue<JsonNode> _notifications = new();
    private long _id;

    public RawSocket Raw => raw;

    public async Task<long> SendAsync(string method, object? parameters = null)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = ++_id,
            ["method"] = method,
            ["params"] = System.Text.Json.JsonSerializer.SerializeToNode(parameters ?? new object()),
        };
        await raw.SendAsync(request.ToJsonString());
        return _id;
    }

    /// <summary>The whole answer.</summary>
    public async Task<JsonNode> AskAsync(string method, object? parameters = null)
    {
        var id = await SendAsync(method, parameters);
        return await AnswerAsync(id, method);
    }

    public async Task<JsonNode> AnswerAsync(long id, string method)
    {
        while (true)
        {
            var message = await raw.ReceiveAsync($"answer to {method}");
            if (message["id"]?.GetValue<long>() == id)
            {
                return message;
            }

            _notifications.Enqueue(message);
        }
    }

    /// <summary>The result; a refusal fails the test.</summary>
    public async Task<JsonNode> CallAsync(string method, object? parameters = null)
    {
        var answer = await AskAsync(method, parameters);
        Assert.True(answer["error"] is null, $"{method}: {answer.ToJsonString()}");
        return answer["result"]!;
    }

    /// <summary>The code of the refusal, which must come.</summary>
    public async Task<JsonNode> RefusedAsync(int code, string method, object? parameters = null)
    {
        var answer = await AskAsync(method, parameters);
        Assert.True(answer["error"]?["code"]?.GetValue<int>() == code, $"{method}: {answer.ToJsonString()}, not {code}");
        return answer["error"]!;
    }

    /// <summary>The next message that answers nothing: kept, or to come.</summary>
    public async Task<JsonNode> NextAsync(string awaited) =>
        _notifications.TryDequeue(out var kept) ? kept : await raw.ReceiveAsync(awaited);

    /// <summary>The data of the next notification, which must be of this channel.</summary>
    public async Task<JsonNode> DataAsync(string channel)
    {
        var message = await NextAsync(channel);
        Assert.True(message["params"]?["channel"]?.GetValue<string>() == channel, $"{channel}: {message.ToJsonString()}");
        return message["params"]!["data"]!;
    }

    /// <summary>Nothing was sent up to now but answers.</summary>
    public async Task AssertNothingCameAsync()
    {
        await CallAsync("public/get_time");
        Assert.True(_notifications.Count == 0, _notifications.TryPeek(out var first) ? first.ToJsonString() : "");
    }

    public ValueTask DisposeAsync() => raw.DisposeAsync();
}
