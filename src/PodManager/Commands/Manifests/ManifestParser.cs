using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace PodManager.Commands.Manifests;

/// <summary>
/// Reads YAML, and JSON as what it is, YAML in flow style, into nodes with their places. Of YAML it takes what makes a tree: no anchors and aliases, which let a small file stand for a
/// huge one, no tags, no second document, no keys but text.
/// </summary>
internal sealed class ManifestParser
{
    private const int DeepestLevel = 32;

    private readonly Parser _events;
    private readonly ManifestFaults _faults;
    private ManifestPlace _last = new(1, 1);

    private ManifestParser(string text, ManifestFaults faults)
    {
        _events = new Parser(new Scanner(new StringReader(text)));
        _faults = faults;
    }

    /// <returns>Null if it cannot be read; why is among the faults.</returns>
    public static ManifestNode? Parse(string text, ManifestFaults faults)
    {
        int before = faults.Count;
        CheckCharacters(text, faults);
        if (faults.Count > before)
        {
            return null;
        }

        ManifestParser parser = new(text, faults);
        try
        {
            ManifestNode? root = parser.ReadDocument();
            return faults.Count > before ? null : root;
        }
        catch (YamlException e)
        {
            faults.Add(PlaceOf(e.Start), Words(e.Message));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or EndOfStreamException)
        {
            // With some malformed files the library fails in its own state.
            faults.Add(parser._last, "what follows here is neither YAML nor JSON");
            return null;
        }
    }

    private static ManifestPlace PlaceOf(Mark mark) => new(mark.Line, mark.Column);

    private static string Words(string message)
    {
        string text = message.TrimEnd('.');
        return text.Length == 0 ? "this is neither YAML nor JSON" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    // What the parser would take for the file's end, or for the end of a line; JSON knows neither of the latter.
    private static void CheckCharacters(string text, ManifestFaults faults)
    {
        ManifestPlace place = new(1, 1);
        foreach (char c in text)
        {
            if (c is '\u0085' or '\u2028' or '\u2029' or '\ufeff' || (char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
            {
                faults.Add(place, $"the character U+{(int)c:X4} is to be written as an escape within double quotes, \"\\u{(int)c:x4}\"");
            }

            place = c == '\n' ? new ManifestPlace(place.Line + 1, 1) : place with { Column = place.Column + 1 };
        }
    }

    private ManifestNode? ReadDocument()
    {
        _events.Consume<StreamStart>();
        if (!_events.TryConsume<DocumentStart>(out _))
        {
            _faults.Add(new ManifestPlace(1, 1), "there is nothing in it");
            return null;
        }

        ManifestNode? root = Read(0);
        if (root is not null)
        {
            _events.Consume<DocumentEnd>();
            if (_events.Accept<DocumentStart>(out _))
            {
                _faults.Add(PlaceOf(_events.Current!.Start), "one manifest to a file: here begins another document");
            }
        }

        return root;
    }

    /// <returns>Null to give up: what follows cannot be understood without it.</returns>
    private ManifestNode? Read(int level)
    {
        ParsingEvent current = _events.Consume<ParsingEvent>();
        ManifestPlace place = _last = PlaceOf(current.Start);
        if (current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            _faults.Add(place, "anchors and aliases (& and *) are not understood here: write out what is meant");
        }

        if (current is NodeEvent { Tag.IsEmpty: false })
        {
            _faults.Add(place, "tags (!) are not understood here: what a value means is known from its key");
        }

        if (level >= DeepestLevel)
        {
            return GiveUp(place, "this is nested too deeply");
        }

        return current switch
        {
            Scalar scalar => new ManifestText(place, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadList(place, level),
            MappingStart => ReadMap(place, level),
            AnchorAlias => new ManifestText(place, "", IsPlain: false),
            _ => GiveUp(place, "this is neither YAML nor JSON"),
        };
    }

    private ManifestList? ReadList(ManifestPlace place, int level)
    {
        List<ManifestNode> items = [];
        while (!_events.TryConsume<SequenceEnd>(out _))
        {
            if (Read(level + 1) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return new ManifestList(place, items);
    }

    private ManifestMap? ReadMap(ManifestPlace place, int level)
    {
        List<ManifestEntry> entries = [];
        Dictionary<string, ManifestPlace> seen = new(StringComparer.Ordinal);
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            ManifestNode? key = Read(level + 1);
            if (key is null || Read(level + 1) is not { } value)
            {
                return null;
            }

            if (key is not ManifestText { IsNull: false } text)
            {
                _faults.Add(key.Place, "a key is text");
            }
            else if (!seen.TryAdd(text.Text, text.Place))
            {
                _faults.Add(text.Place, $"key '{text.Text}' is there already, in line {seen[text.Text].Line}");
            }
            else
            {
                entries.Add(new ManifestEntry(text, value));
            }
        }

        return new ManifestMap(place, entries);
    }

    private ManifestNode? GiveUp(ManifestPlace place, string why)
    {
        _faults.Add(place, why);
        return null;
    }
}
