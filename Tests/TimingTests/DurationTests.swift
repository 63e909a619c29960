import Testing
import Timing

@Suite("A duration's text")
struct DurationTests {
    @Test(
        "is read as systemd reads it",
        arguments: [
            ("0", .zero),
            ("90", .seconds(90)),
            ("1.5", .milliseconds(1_500)),
            ("5min 20s", .seconds(320)),
            ("5min20s", .seconds(320)),
            ("  5 min \t 20 s ", .seconds(320)),
            ("20s 5min", .seconds(320)),
            ("1s 1s", .seconds(2)),
            ("300ms", .milliseconds(300)),
            ("300msec", .milliseconds(300)),
            ("7us", .microseconds(7)),
            ("7usec", .microseconds(7)),
            ("7\u{b5}s", .microseconds(7)),
            ("7\u{3bc}s", .microseconds(7)),
            ("1sec", .seconds(1)),
            ("1second", .seconds(1)),
            ("2seconds", .seconds(2)),
            ("1m", .seconds(60)),
            ("1minute", .seconds(60)),
            ("2 minutes", .seconds(120)),
            ("1h", .seconds(3_600)),
            ("1hr", .seconds(3_600)),
            ("1hour", .seconds(3_600)),
            ("2hours", .seconds(7_200)),
            ("1d", .seconds(86_400)),
            ("1day", .seconds(86_400)),
            ("2days", .seconds(172_800)),
            ("1w", .seconds(604_800)),
            ("1week", .seconds(604_800)),
            ("2weeks", .seconds(1_209_600)),
            ("1M", .seconds(2_629_800)),
            ("1month", .seconds(2_629_800)),
            ("2months", .seconds(5_259_600)),
            ("1y", .seconds(31_557_600)),
            ("1year", .seconds(31_557_600)),
            ("2years", .seconds(63_115_200)),
            ("1.5h", .seconds(5_400)),
            ("0.000001s", .microseconds(1)),
            ("0.0000019s", .microseconds(1)),
            ("0.99999999999999999999999999s", .microseconds(999_999)),
            ("0.1y", .milliseconds(3_155_760_000)),
            ("007s", .seconds(7)),
            // 2^63 ns, cut off to microseconds: the longest.
            ("9223372036854775us", .microseconds(9_223_372_036_854_775)),
            ("292y", .seconds(9_214_819_200)),
        ] as [(String, Duration)]
    )
    func read(text: String, duration: Duration) throws {
        #expect(try Duration(systemdSpelling: text) == duration)
    }

    @Test(
        "is nothing else, and the error says why",
        arguments: [
            ("", .empty),
            ("   ", .empty),
            ("-1s", .negative),
            (" -1", .negative),
            ("s", .missingNumber),
            ("+1s", .missingNumber),
            (".5s", .missingNumber),
            ("5.s", .missingNumber),
            ("infinity", .missingNumber),
            ("1s -1s", .missingNumber),
            ("1s,", .unknownUnit("s,")),
            ("1s, 2s", .unknownUnit("s,")),
            ("1h 30", .missingUnit),
            ("30 1h", .missingUnit),
            ("5 20", .missingUnit),
            ("5 parsecs", .unknownUnit("parsecs")),
            ("5S", .unknownUnit("S")),
            ("5ns", .unknownUnit("ns")),
            ("1e3", .unknownUnit("e")),
            ("1.5.5s", .unknownUnit(".")),
            ("1\u{661}s", .unknownUnit("\u{661}s")),
            ("9223372036854776us", .tooLong),
            ("293y", .tooLong),
            ("292y 292y", .tooLong),
            ("9223372036854775807", .tooLong),
            ("99999999999999999999999999s", .tooLong),
            ("9223372036854775807us 9223372036854775807us", .tooLong),
        ] as [(String, DurationError.Reason)]
    )
    func rejected(text: String, reason: DurationError.Reason) {
        #expect(throws: DurationError(text, reason)) { try Duration(systemdSpelling: text) }
    }

    @Test("has errors that name the text and what is expected")
    func errorText() {
        #expect(
            DurationError("5 parsecs", .unknownUnit("parsecs")).description
                == "'5 parsecs' has the unknown unit 'parsecs': "
                + "expected us, ms, s, min, h, d, w, month or y"
        )
        #expect(
            DurationError("-1s", .negative).description
                == "'-1s' is negative: expected a duration such as \"5min 20s\" or \"300ms\""
        )
    }

    @Test(
        "is printed in systemd's spelling",
        arguments: [
            (.zero, "0s"),
            (.nanoseconds(999), "0s"),
            (.microseconds(1), "1us"),
            (.milliseconds(300), "300ms"),
            (.milliseconds(1_500), "1s 500ms"),
            (.seconds(59), "59s"),
            (.seconds(60), "1min"),
            (.seconds(320), "5min 20s"),
            (.seconds(3_600), "1h"),
            (.seconds(86_400), "1d"),
            (.seconds(30 * 86_400), "30d"),
            (.microseconds(90_061_001_001), "1d 1h 1min 1s 1ms 1us"),
        ] as [(Duration, String)]
    )
    func spelled(duration: Duration, text: String) {
        #expect(duration.systemdSpelling == text)
    }

    @Test("is read back as it was printed, to the microsecond", arguments: UInt64(0)..<20)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for exponent in 1...15 {
            let bound = (0..<exponent).reduce(1) { bound, _ in bound * 10 }
            let duration = Duration.microseconds(random.number(below: bound))
            #expect(try Duration(systemdSpelling: duration.systemdSpelling) == duration)
        }
    }

    @Test("has no spelling if it is negative: asking for it traps")
    func negativeSpelling() async {
        await #expect(processExitsWith: .failure) {
            _ = Duration.seconds(-1).systemdSpelling
        }
    }

    @Test(
        "is brief for people",
        arguments: [
            (.zero, "0 s"),
            (.nanoseconds(499), "0 s"),
            (.nanoseconds(500), "1 µs"),
            (.microseconds(250), "250 µs"),
            (.microseconds(999), "999 µs"),
            (.nanoseconds(999_500), "1 ms"),
            (.milliseconds(250), "250 ms"),
            (.milliseconds(999), "999 ms"),
            (.microseconds(999_500), "1 s"),
            (.milliseconds(7_300), "7.3 s"),
            (.milliseconds(7_349), "7.3 s"),
            (.milliseconds(7_350), "7.4 s"),
            (.seconds(30), "30 s"),
            (.milliseconds(59_949), "59.9 s"),
            (.milliseconds(59_950), "1 min"),
            (.seconds(90), "1 min 30 s"),
            (.seconds(300), "5 min"),
            (.seconds(599), "9 min 59 s"),
            (.milliseconds(599_500), "10 min"),
            (.seconds(34 * 60 + 29), "34 min"),
            (.seconds(34 * 60 + 30), "35 min"),
            (.seconds(3_570), "1 h"),
            (.seconds(7_500), "2 h 5 min"),
            (.seconds(7_200), "2 h"),
            (.seconds(86_369), "23 h 59 min"),
            (.seconds(86_370), "1 d"),
            (.seconds(3 * 86_400 + 4 * 3_600), "3 d 4 h"),
            (.seconds(400 * 86_400), "400 d"),
            (.seconds(Int64.max), "106751991167300 d 16 h"),
            (.milliseconds(-7_300), "-7.3 s"),
        ] as [(Duration, String)]
    )
    func brief(duration: Duration, text: String) {
        #expect(duration.briefDescription == text)
    }
}
