import LinuxIO
import PlainText

/// Finds and reads everything that makes up the configuration.
///
/// The sources, of which each overrides those before it, key by key: what is built in; FILE; the
/// files in `FILE.conf.d` (`peerd.conf.d` for `peerd.toml`) that end in `.toml`, by name; the
/// `--set` arguments in order.
package enum ConfigurationLoader {
    /// What is read when no file is named. It may be missing.
    package static let standardFile = "/etc/peerd/peerd.toml"

    /// So many files a person can still overlook; with `TOMLNode.maximumBytes` each they bound what
    /// is read.
    package static let maximumDropIns = 100

    /// Reads the configuration. It blocks while the disk is slow.
    ///
    /// - Parameters:
    ///   - file: The file that the operator names, which must exist; nil for the standard file.
    ///   - settings: The arguments of `--set`, each `KEY=VALUE`.
    ///   - standardFile: What to read when `file` is nil.
    /// - Returns: The configuration, which is valid, with its origins and warnings.
    /// - Throws: `ConfigurationErrors` with all that is wrong, at once.
    package static func load(
        file: String?,
        settings: [String],
        standardFile: String = standardFile
    ) throws(ConfigurationErrors) -> LoadedConfiguration {
        let path = file ?? standardFile
        var problems = ConfigurationProblems()
        var sources: [ConfigurationSource] = []

        let main = source(path, mayBeMissing: file == nil, &problems)
        if let main { sources.append(main) }
        sources += dropIns(of: path, &problems).compactMap {
            source($0, mayBeMissing: false, &problems)
        }
        sources += settings.compactMap { setting($0, &problems) }

        let reader = ConfigurationReader(sources, problems: problems)
        guard reader.problems.count == 0 else {
            throw ConfigurationErrors(
                problems: reader.problems.sorted,
                omitted: reader.problems.omitted
            )
        }
        return LoadedConfiguration(
            configuration: reader.configuration,
            origins: reader.origins,
            warnings: reader.warnings
        )
    }

    private static func source(
        _ path: String,
        mayBeMissing: Bool,
        _ problems: inout ConfigurationProblems
    ) -> ConfigurationSource? {
        problems.begin(path)
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents.read(path, limit: TOMLNode.maximumBytes)
        } catch {
            if mayBeMissing && error.isMissing { return nil }
            problems.add(.file(path, line: nil, column: nil), "cannot read: \(error.cause)")
            return nil
        }
        guard !EditedText.isUTF16(bytes) else {
            problems.add(.file(path, line: nil, column: nil), EditedText.utf16)
            return nil
        }
        do throws(TOMLError) {
            let root = try TOMLNode(parsing: EditedText.unified(bytes))
            return ConfigurationSource(
                kind: .file(path: path),
                root: root,
                directory: directory(of: FileContents.absolute(path))
            )
        } catch {
            let position = error.position
            problems.add(
                .file(path, line: position?.line, column: position?.column),
                error.message
            )
            return nil
        }
    }

    private static func dropIns(
        of path: String,
        _ problems: inout ConfigurationProblems
    ) -> [String] {
        let suffix = ".toml"
        let (stemBytes, end) = (path.utf8.dropLast(suffix.utf8.count), suffix.utf8)
        let isSuffixed = path.utf8.suffix(end.count).elementsEqual(end)
        let stem = isSuffixed ? String(Substring(stemBytes)) : path
        let directory = stem + ".conf.d"
        problems.begin(directory)
        do throws(FileError) {
            return try FileContents.names(in: directory, endingIn: suffix, limit: maximumDropIns)
                .map { "\(directory)/\($0)" }
        } catch {
            problems.add(.file(directory, line: nil, column: nil), "cannot read: \(error.cause)")
            return []
        }
    }

    private static func setting(
        _ argument: String,
        _ problems: inout ConfigurationProblems
    ) -> ConfigurationSource? {
        problems.begin("--set \(argument)")
        do throws(TOMLError) {
            return try .setting(
                argument,
                directory: directory(of: FileContents.absolute("argument"))
            )
        } catch {
            problems.add(.setting(argument), error.message)
            return nil
        }
    }

    private static func directory(of path: String) -> String {
        String(path[..<(path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex)])
    }
}
