@main struct Peerd { static func main() {} }
