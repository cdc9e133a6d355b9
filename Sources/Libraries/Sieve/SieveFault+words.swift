extension SieveFault.Problem {
    /// One sentence that says what to do.
    package var english: String {
        switch self {
        case .notUTF8: "The script is not UTF-8 text; save it as UTF-8."
        case .scriptTooLong(let bytes): "The script is too long; at most \(bytes) bytes are taken."
        case .unexpectedCharacter(let character): "“\(character)” has no meaning here; remove it or put it in quotation marks."
        case .stringNotClosed: "The string that begins here has no closing quotation mark; add it."
        case .commentNotClosed: "The comment that begins here has no “*/”; add it."
        case .textNotClosed: "The text that begins here has no line with a single dot at its end; add it."
        case .numberTooLarge: "The number is too large; write a smaller one."
        case .expected(let wanted, let found): "\(found) stands where \(wanted) is expected; write \(wanted)."
        case .tooDeep(let depth): "Blocks and tests stand within each other more than \(depth) deep; make the script flatter."
        case .tooManyCommands(let count): "The script has more than \(count) commands; shorten it."
        case .tooManyTests(let count): "The script has more than \(count) tests; shorten it."
        case .tooManyStrings(let count): "The list has more than \(count) strings; divide it."
        case .tooManyVariables(let count): "The script uses more than \(count) variables; use fewer."
        case .unknownCommand(let name): "There is no command “\(name)”; see the list of commands in the help."
        case .unknownTest(let name): "There is no test “\(name)”; see the list of tests in the help."
        case .unknownExtension(let name): "The extension “\(name)” is not known here; remove it from “require”."
        case .extensionMissing(let what, let name): "“\(what)” needs the extension “\(name)”; write require \"\(name)\"; at the top."
        case .requireNotFirst: "“require” stands behind other commands; move it to the top of the script."
        case .elseWithoutIf(let name): "“\(name)” does not follow an “if” or “elsif” block; write “if” before it."
        case .unknownTag(let tag, let name): "“\(name)” has no argument “:\(tag)”; remove it or correct its spelling."
        case .tagTwice(let tag): "“:\(tag)” contradicts or repeats an argument before it; remove one of them."
        case .argumentMissing(let what, let name): "“\(name)” needs \(what); add it."
        case .tooManyArguments(let name): "“\(name)” does not take this argument; remove it."
        case .wrongArgument(let name, let expected): "“\(name)” expects \(expected) here; write \(expected)."
        case .testMissing(let name): "“\(name)” needs a test behind it; add one."
        case .testNotTaken(let name): "“\(name)” takes no test; remove it."
        case .blockMissing(let name): "“\(name)” needs a block in braces; add it."
        case .blockNotTaken(let name): "“\(name)” takes no block; end it with a semicolon."
        case .unknownComparator(let name): "There is no comparator “\(name)”; use i;ascii-casemap, i;octet or i;ascii-numeric."
        case .comparatorCannot(let name, let match): "The comparator “\(name)” cannot be used with “:\(match)”; choose another."
        case .badPattern(let pattern, let character):
            "The regular expression “\(pattern)” has no meaning at character \(character); correct it."
        case .patternTooLarge: "The pattern is too large; shorten it or its repetitions."
        case .badHeaderName(let name): "“\(name)” is no name of a header field that may be used here; correct it."
        case .badAddress(let address): "“\(address)” is no e-mail address; correct it."
        case .badVariableName(let name): "“\(name)” is no name of a variable; use letters, digits and underlines, a letter first."
        case .unknownEnvelopePart(let part): "The envelope has no part “\(part)”; use \"from\" or \"to\"."
        case .unknownRelation(let word): "“\(word)” is no relation; use \"gt\", \"ge\", \"lt\", \"le\", \"eq\" or \"ne\"."
        case .badMediaType(let type): "“\(type)” is no media type; write one such as \"text\" or \"text/html\"."
        case .badCharacterCode(let code): "“\(code)” is no character; write a hexadecimal number of one."
        case .badSpamValue: "The value is no number; write one in quotation marks, such as \"5\"."
        }
    }

    package var japanese: String {
        switch self {
        case .notUTF8: "スクリプトが UTF-8 ではありません。UTF-8 で保存してください。"
        case .scriptTooLong(let bytes): "スクリプトが長すぎます。\(bytes) バイト以内にしてください。"
        case .unexpectedCharacter(let character): "ここに「\(character)」は書けません。削除するか、引用符で囲んでください。"
        case .stringNotClosed: "ここから始まる文字列が閉じられていません。引用符を追加してください。"
        case .commentNotClosed: "ここから始まるコメントが閉じられていません。「*/」を追加してください。"
        case .textNotClosed: "ここから始まるテキストの終わりに、ピリオドだけの行がありません。追加してください。"
        case .numberTooLarge: "数値が大きすぎます。小さい数値にしてください。"
        case .expected(let wanted, let found): "\(wanted) が必要な位置に \(found) があります。\(wanted) を書いてください。"
        case .tooDeep(let depth): "ブロックやテストの入れ子が \(depth) 段を超えています。浅くしてください。"
        case .tooManyCommands(let count): "コマンドが \(count) 個を超えています。減らしてください。"
        case .tooManyTests(let count): "テストが \(count) 個を超えています。減らしてください。"
        case .tooManyStrings(let count): "リストの文字列が \(count) 個を超えています。分割してください。"
        case .tooManyVariables(let count): "変数が \(count) 個を超えています。減らしてください。"
        case .unknownCommand(let name): "「\(name)」というコマンドはありません。ヘルプの一覧を確認してください。"
        case .unknownTest(let name): "「\(name)」というテストはありません。ヘルプの一覧を確認してください。"
        case .unknownExtension(let name): "拡張「\(name)」には対応していません。require から削除してください。"
        case .extensionMissing(let what, let name): "「\(what)」には拡張「\(name)」が必要です。先頭に require \"\(name)\"; を追加してください。"
        case .requireNotFirst: "「require」が他のコマンドより後にあります。スクリプトの先頭に移してください。"
        case .elseWithoutIf(let name): "「\(name)」の前に if または elsif のブロックがありません。if を書いてください。"
        case .unknownTag(let tag, let name): "「\(name)」に引数「:\(tag)」はありません。削除するか、つづりを直してください。"
        case .tagTwice(let tag): "「:\(tag)」が前の引数と重複または矛盾しています。一方を削除してください。"
        case .argumentMissing(let what, let name): "「\(name)」には引数 \(what) が必要です。追加してください。"
        case .tooManyArguments(let name): "「\(name)」はこの引数を受け付けません。削除してください。"
        case .wrongArgument(let name, let expected): "「\(name)」のここには \(expected) が必要です。\(expected) を書いてください。"
        case .testMissing(let name): "「\(name)」の後にテストが必要です。追加してください。"
        case .testNotTaken(let name): "「\(name)」はテストを受け付けません。削除してください。"
        case .blockMissing(let name): "「\(name)」には波括弧のブロックが必要です。追加してください。"
        case .blockNotTaken(let name): "「\(name)」はブロックを受け付けません。セミコロンで終えてください。"
        case .unknownComparator(let name): "比較方法「\(name)」はありません。i;ascii-casemap、i;octet、i;ascii-numeric のいずれかを指定してください。"
        case .comparatorCannot(let name, let match): "比較方法「\(name)」は「:\(match)」と併用できません。別のものを指定してください。"
        case .badPattern(let pattern, let character): "正規表現「\(pattern)」の \(character) 文字目を解釈できません。修正してください。"
        case .patternTooLarge: "パターンが大きすぎます。短くするか、繰り返しを減らしてください。"
        case .badHeaderName(let name): "「\(name)」はここで使えるヘッダーフィールド名ではありません。修正してください。"
        case .badAddress(let address): "「\(address)」はメールアドレスではありません。修正してください。"
        case .badVariableName(let name): "「\(name)」は変数名として使えません。英字で始まる英数字と下線で指定してください。"
        case .unknownEnvelopePart(let part): "エンベロープに「\(part)」はありません。\"from\" または \"to\" を指定してください。"
        case .unknownRelation(let word): "「\(word)」は比較演算ではありません。\"gt\"、\"ge\"、\"lt\"、\"le\"、\"eq\"、\"ne\" のいずれかを指定してください。"
        case .badMediaType(let type): "「\(type)」はメディアタイプではありません。\"text\" や \"text/html\" のように指定してください。"
        case .badCharacterCode(let code): "「\(code)」は文字ではありません。文字の 16 進番号を指定してください。"
        case .badSpamValue: "値が数値ではありません。\"5\" のように引用符で囲んだ数値を指定してください。"
        }
    }
}

extension SieveRunFault.Problem {
    package var english: String {
        switch self {
        case .tooManySteps: "The run took too many steps; simplify the patterns."
        case .tooManyRedirects(let count): "More than \(count) redirections of one message are not made."
        case .tooManyActions(let count): "More than \(count) actions for one message are not taken."
        case .tooManyHeaderEdits(let count): "More than \(count) header fields of one message are not changed."
        case .badAddress(let address): "“\(address)” is no e-mail address to redirect to."
        case .badPattern(let pattern): "The pattern “\(pattern)” has no meaning or is too large."
        case .badHeaderName(let name): "“\(name)” is no name of a header field."
        case .protectedField(let name): "The header field “\(name)” may not be changed by scripts."
        case .rejectWithOthers: "A message that is rejected cannot be kept, filed or redirected as well."
        case .messageNotRead: "The message is too large to be looked into, or could not be read."
        }
    }

    package var japanese: String {
        switch self {
        case .tooManySteps: "処理のステップ数が上限を超えました。パターンを簡単にしてください。"
        case .tooManyRedirects(let count): "1 通のメールの転送は \(count) 件までです。"
        case .tooManyActions(let count): "1 通のメールに対する動作は \(count) 個までです。"
        case .tooManyHeaderEdits(let count): "1 通のメールで変更できるヘッダーフィールドは \(count) 個までです。"
        case .badAddress(let address): "転送先「\(address)」はメールアドレスではありません。"
        case .badPattern(let pattern): "パターン「\(pattern)」を解釈できないか、大きすぎます。"
        case .badHeaderName(let name): "「\(name)」はヘッダーフィールド名ではありません。"
        case .protectedField(let name): "ヘッダーフィールド「\(name)」はスクリプトでは変更できません。"
        case .rejectWithOthers: "拒否するメールを、保持・振り分け・転送することはできません。"
        case .messageNotRead: "メールが検査できる大きさを超えているか、読み取れませんでした。"
        }
    }
}
