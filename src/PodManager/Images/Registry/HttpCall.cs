using System.Net.Http.Headers;

namespace PodManager.Images.Registry;

/// <summary>One HTTP request, before redirections.</summary>
internal sealed record HttpCall(Uri Address)
{
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    public AuthenticationHeaderValue? Authorization { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte that is wanted.</summary>
    public long Offset { get; init; }

    /// <summary>The fields of a form, whose values may be secrets.</summary>
    public IReadOnlyDictionary<string, string>? Form { get; init; }

    public HttpRequestMessage ToMessage()
    {
        HttpRequestMessage request = new(Method, Address);
        request.Headers.Authorization = Authorization;
        foreach (string type in Accept)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        }

        if (Offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(Offset, to: null);
        }

        if (Form is not null)
        {
            request.Content = new FormUrlEncodedContent(Form);
        }

        return request;
    }
}
