namespace Exchange.Exchanges.Common.Http;

/// <summary>One request to a venue. Its text form leaves out the query, the header and the body: they hold keys and signatures.</summary>
/// <param name="Method">The method.</param>
/// <param name="PathAndQuery">The path with its query, percent-encoded.</param>
/// <param name="Header">A header that names or proves who we are; null for a public request.</param>
/// <param name="Body">The body; null for none.</param>
/// <param name="ContentType">The body's type.</param>
/// <param name="SecondHeader">Another such header, where a venue wants two; null for none.</param>
public readonly record struct VenueCall(
    HttpMethod Method,
    string PathAndQuery,
    KeyValuePair<string, string>? Header = null,
    ReadOnlyMemory<byte>? Body = null,
    string ContentType = "application/json",
    KeyValuePair<string, string>? SecondHeader = null)
{
    /// <summary>A public GET.</summary>
    public static VenueCall Get(string pathAndQuery) => new(HttpMethod.Get, pathAndQuery);

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {PathAndQuery.Split('?')[0]}";

    internal HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, new Uri(PathAndQuery, UriKind.Relative));
        if (Header is { } header)
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        if (SecondHeader is { } second)
            message.Headers.TryAddWithoutValidation(second.Key, second.Value);

        // A request without content is sent again by .NET itself, up to three times, when the connection ends before the answer, a POST
        // or DELETE as well: an order would be placed four times. With content, be it empty, it is sent once.
        if (Body is not null || Method != HttpMethod.Get)
        {
            message.Content = new ReadOnlyMemoryContent(Body ?? default);
            if (Body is not null)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }

        return message;
    }
}
