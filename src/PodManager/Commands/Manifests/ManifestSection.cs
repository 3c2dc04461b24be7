namespace PodManager.Commands.Manifests;

/// <summary>
/// Reads the keys of one part of a manifest. Each is asked for by whoever knows what it means; what is wrong is added to the faults, and the reading goes on. Keys that nobody has asked
/// for are told by <see cref="End"/>.
/// </summary>
internal sealed class ManifestSection(ManifestMap map, ManifestFaults faults)
{
    private const string True = "true";
    private const string False = "false";

    private readonly List<string> _known = [];

    public ManifestPlace Place => map.Place;

    /// <summary>Where a key's value is; of the whole part if the key is not there.</summary>
    public ManifestPlace PlaceOf(string key) => map.Entries.FirstOrDefault(entry => entry.Key.Text == key)?.Value.Place ?? map.Place;

    /// <summary>Whether the key is there, whatever its value.</summary>
    public bool Has(string key)
    {
        if (!_known.Contains(key))
        {
            _known.Add(key);
        }

        return map.Entries.Any(entry => entry.Key.Text == key);
    }

    /// <summary>The value of a key; null if it is not there, or says nothing, which is a fault.</summary>
    public ManifestNode? Find(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        ManifestNode value = map.Entries.First(entry => entry.Key.Text == key).Value;
        if (value is ManifestText { IsNull: true })
        {
            faults.Add(value.Place, $"{key}: there is no value; leave the key out, or write text in quotes");
            return null;
        }

        return value;
    }

    /// <summary>A key that has to be there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="what">What needs it, e.g. `an app`.</param>
    public void Require(string key, string what)
    {
        if (!Has(key))
        {
            faults.Add(map.Place, $"{what} needs the key '{key}'");
        }
    }

    /// <summary>Text, which says something.</summary>
    public string? Text(string key) => Value<string?>(key, ReadText, null);

    /// <summary>A value as the flag of the same meaning takes it.</summary>
    public T Value<T>(string key, ValueReader<T> read, T absent) => Find(key) is { } node && Read(node, key, read, out T value) ? value : absent;

    /// <summary>Likewise, of what is a number in JSON too.</summary>
    public T Number<T>(string key, ValueReader<T> read, T absent) => Find(key) is { } node && ReadNumber(node, key, read, out T value) ? value : absent;

    public bool Switch(string key, bool absent)
    {
        switch (Find(key))
        {
            case null:
                return absent;
            case ManifestText { IsPlain: true, Text: True or False } word:
                return word.Text == True;
            case { } other:
                faults.Add(other.Place, $"{key}: {Shown(other)} is neither true nor false");
                return absent;
        }
    }

    /// <summary>Values of which each is read as a flag would. Null if the key is not there.</summary>
    public IReadOnlyList<T>? Values<T>(string key, ValueReader<T> read) => List(key) is not { } list ? null :
        [.. list.Items.Select(item => (IsRead: Read(item, key, read, out T value), value)).Where(static entry => entry.IsRead).Select(static entry => entry.value)];

    /// <summary>Likewise, of numbers.</summary>
    public IReadOnlyList<T>? Numbers<T>(string key, ValueReader<T> read) => List(key) is not { } list ? null :
        [.. list.Items.Select(item => (IsRead: ReadNumber(item, key, read, out T value), value)).Where(static entry => entry.IsRead).Select(static entry => entry.value)];

    /// <summary>Parts of which each has keys of its own.</summary>
    public IReadOnlyList<ManifestSection> Sections(string key)
    {
        List<ManifestSection> sections = [];
        foreach (ManifestNode item in List(key)?.Items ?? [])
        {
            if (item is ManifestMap part)
            {
                sections.Add(new ManifestSection(part, faults));
            }
            else
            {
                faults.Add(item.Place, $"{key}: {Shown(item)} is no map of keys and values");
            }
        }

        return sections;
    }

    /// <summary>A part with keys of its own.</summary>
    public ManifestSection? Section(string key) => Map(key) is { } part ? new ManifestSection(part, faults) : null;

    /// <summary>Text by names that the user chooses.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fault">What is wrong with a name, and with its value.</param>
    public IReadOnlyList<KeyValuePair<string, string>> Texts(string key, Func<string, string, string?> fault)
    {
        List<KeyValuePair<string, string>> texts = [];
        foreach (ManifestEntry entry in Map(key)?.Entries ?? [])
        {
            if (entry.Value is ManifestText { IsNull: true })
            {
                faults.Add(entry.Value.Place, $"{key}: '{entry.Key.Text}' has no value; \"\" is an empty one");
            }
            else if (Read(entry.Value, key, ReadAnyText, out string value))
            {
                if (fault(entry.Key.Text, value) is { } problem)
                {
                    faults.Add(entry.Key.Place, $"{key}: {problem}");
                }
                else
                {
                    texts.Add(new KeyValuePair<string, string>(entry.Key.Text, value));
                }
            }
        }

        return texts;
    }

    /// <summary>What is wrong with a value that is right as it stands.</summary>
    public void Fault(string key, string text) => faults.Add(PlaceOf(key), $"{key}: {text}");

    /// <summary>Tells of the keys that nobody has asked for.</summary>
    /// <param name="what">What they would have been about, e.g. `an app`.</param>
    public void End(string what)
    {
        foreach (ManifestText key in map.Entries.Select(static entry => entry.Key).Where(key => !_known.Contains(key.Text)))
        {
            faults.Add(key.Place, $"unknown key '{key.Text}' of {what}{(NearestWord.Of(key.Text, _known) is { } near ? $", did you mean '{near}'?" : "")}");
        }
    }

    /// <summary>Any text, also none.</summary>
    public static string? ReadAnyText(string text, out string value)
    {
        value = text;
        return text.Contains('\0', StringComparison.Ordinal) ? "text cannot hold a zero byte" : null;
    }

    private static string? ReadText(string text, out string? value)
    {
        value = text;
        return text.Length == 0 ? "it is empty" : ReadAnyText(text, out _);
    }

    private ManifestList? List(string key)
    {
        ManifestNode? node = Find(key);
        if (node is not (null or ManifestList))
        {
            faults.Add(node.Place, $"{key}: {Shown(node)} is no list");
        }

        return node as ManifestList;
    }

    private ManifestMap? Map(string key)
    {
        ManifestNode? node = Find(key);
        if (node is not (null or ManifestMap))
        {
            faults.Add(node.Place, $"{key}: {Shown(node)} is no map of keys and values");
        }

        return node as ManifestMap;
    }

    private bool Read<T>(ManifestNode node, string key, ValueReader<T> read, out T value)
    {
        value = default!;
        string? fault = node switch
        {
            ManifestText { IsNull: true } => "there is no value; write text in quotes",
            ManifestText text => read(text.Text, out value),
            _ => $"{Shown(node)} is no single value",
        };
        if (fault is not null)
        {
            faults.Add(node.Place, $"{key}: {fault}");
        }

        return fault is null;
    }

    private bool ReadNumber<T>(ManifestNode node, string key, ValueReader<T> read, out T value)
    {
        if (node is ManifestText { IsPlain: false } text)
        {
            value = default!;
            faults.Add(node.Place, $"{key}: '{text.Text}' is text, and a number has no quotes");
            return false;
        }

        return Read(node, key, read, out value);
    }

    private static string Shown(ManifestNode node) => node switch { ManifestText text => $"'{text.Text}'", ManifestList => "a list", _ => "a map" };
}
