using System.CommandLine;
using System.CommandLine.Parsing;

namespace PodManager.Commands;

/// <summary>What <see cref="CommandWords"/> must know of a flag.</summary>
internal interface IFlag
{
    /// <summary>What the flag means without a value; null if it needs one.</summary>
    string? BareValue { get; }

    /// <summary>It may be given once only; of other flags with one value the last counts.</summary>
    bool IsUnique { get; }
}

/// <summary>Reads a flag's value.</summary>
/// <returns>Null, or what is wrong with it.</returns>
internal delegate string? ValueReader<T>(string text, out T value);

/// <summary>A flag's value. The parser has rules of its own about plain booleans, which are not podctl's.</summary>
internal readonly record struct FlagValue<T>(T Value);

/// <summary>A flag of podctl, with a value that is read strictly.</summary>
internal sealed class Flag<T> : Option<FlagValue<T>>, IFlag
{
    private readonly Func<IReadOnlyList<T>, T> _combine;

    /// <param name="name">With its dashes.</param>
    /// <param name="valueName">For the help text.</param>
    /// <param name="description">For the help text.</param>
    /// <param name="read">Reads one value.</param>
    /// <param name="combine">Makes one result of the values, none if the flag is absent.</param>
    public Flag(string name, string valueName, string description, Func<string, Action<string>, T?> read, Func<IReadOnlyList<T>, T> combine)
        : base(name)
    {
        _combine = combine;
        Description = description;
        HelpName = valueName;

        // How often a flag may stand is checked before; here all of them are to be read, so that every fault is found.
        Arity = ArgumentArity.ZeroOrMore;
        CustomParser = result => new FlagValue<T>(combine(Read(result, read)));
        DefaultValueFactory = _ => new FlagValue<T>(combine([]));
    }

    public string? BareValue { get; init; }

    public bool IsUnique { get; init; }

    /// <summary>What the command line says; what its absence says, if its values are at fault.</summary>
    public T Of(ParseResult parsed) => parsed.GetResult(this) is { } result && !result.Errors.Any() ? parsed.GetValue(this).Value : _combine([]);

    private List<T> Read(ArgumentResult result, Func<string, Action<string>, T?> read)
    {
        List<T> values = [];
        foreach (Token token in result.Tokens)
        {
            bool isFaulty = false;
            T? value = read(token.Value, fault =>
            {
                isFaulty = true;
                result.AddError($"{Name}: {fault}");
            });
            if (!isFaulty)
            {
                values.Add(value!);
            }
        }

        return values;
    }
}
