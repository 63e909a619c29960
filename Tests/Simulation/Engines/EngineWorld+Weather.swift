internal import Addressing
internal import Timing

/// What goes wrong with the world, and gets right again.
extension EngineWorld {
    func changeWeather() {
        guard !scenario.weathers.isEmpty else { return }
        let machine = random.element(of: machines)
        let weather = random.element(of: scenario.weathers)
        write("weather \(weather) \(machine.index)")
        tally.count("weather: \(weather)")
        switch weather {
        case .silence: fallSilent(from: machine.index)
        case .reset: breakOne()
        case .vanish: if machine.isUp { vanish(machine) }
        case .death:
            // At any of the next steps, which may be the first of many.
            machine.process?.stepsToLive = random.number(below: 12)
        case .freeze:
            guard machine.process != nil else { return }
            let until = now + .seconds(random.element(of: [1, 20, 300]))
            machine.frozenUntil = machine.frozenUntil.map { max($0, until) } ?? until
            machine.wasStopped = random.chance(0.5)
        case .clock:
            let seconds = random.element(of: [-86_400, -30, -2, 2, 30, 3_600, 86_400])
            machine.wallOffset += Int64(seconds) * 1_000_000
            // It is looked at every two seconds while something depends on it.
            if let process = machine.process { wake(process, at: now + .seconds(2)) }
        case .disk: changeDisk(of: machine)
        case .names:
            let index = random.number(below: names.count)
            let count = machines.count + strangers.count
            names[index].addresses = (0..<random.number(below: 4)).map { _ in
                address(ofNode: random.number(below: count))
            }
        case .descriptors: machine.hasDescriptors = random.chance(0.5)
        }
    }

    private func fallSilent(from node: Int) {
        let other = random.number(below: machines.count + strangers.count)
        guard other != node else { return }
        isSilent[pair(node, other)] = true
        guard random.chance(0.8) else { return }
        let time = Duration.seconds(random.element(of: [3, 60, 600]))
        schedule(.silenceEnds(node, other), in: random.duration(around: time))
    }

    private func breakOne() {
        let alive = wires.keys.sorted()
        guard !alive.isEmpty else { return }
        let number = random.element(of: alive)
        fail(number, .dialler, Errno.reset)
        fail(number, .listener, Errno.reset)
    }

    private func changeDisk(of machine: Machine) {
        switch random.number(below: 10) {
        case 0: machine.disk.takeAway()
        case 1: machine.disk.damage()
        case 2..<6: machine.disk.mood = .works
        default: machine.disk.mood = random.element(of: Disk.Mood.allCases)
        }
    }
}
