import Filtering
import Testing

/// What a reader sees of HTML that is written to hide it from filters.
@Suite struct VisibleTextTests {
    @Test(arguments: [
        ("<p>a</p>", "a"), ("a<!-- b -->c", "ac"), ("a<!-->b", "ab"), ("a<!--->b", "ab"), ("a<!--x--!>b", "ab"),
        ("a<!--x->b--><i>c</i>", "ac"),
        ("<style><!--</style>b", "b"), ("<script>\"<!--\"</script>b", "b"), ("<style>x</styles></style>b", "b"),
        ("<head><style><!--</style></head><body>b", "b"), ("<head><title>t</title></head>b", "b"), ("<head><body>b", "b"),
        ("<head><meta name=x>b", "b"), ("<head>&#98;", "b"), ("<head><b>b</b>", "b"), ("<title>a", ""), ("1 < 2", "1 < 2"),
    ])
    func `it is what browsers show`(html: String, text: String) {
        #expect(VisibleText(html: html).text.filter { !$0.isNewline } == text)
    }

    @Test func `links are counted once, and that there are more is told`() {
        let decoys = String(repeating: "<a href=\"#\">x</a>", count: 2_000) + "<a href=\"http://bad.example/\">y</a>"
        let one = VisibleText(html: decoys)
        #expect(one.links == ["#", "http://bad.example/"] && !one.areLinksCut)
        let many = VisibleText(html: (0...VisibleText.maximumLinks).map { "<a href=x\($0)>" }.joined())
        #expect(many.links.count == VisibleText.maximumLinks && many.areLinksCut)
    }

    @Test func `a long link is cut and not left out`() {
        let links = VisibleText(html: "<a href='http://bad.example/\(String(repeating: "x", count: 9_000))'>").links
        #expect(links.count == 1 && links[0].hasPrefix("http://bad.example/x"))
    }
}
