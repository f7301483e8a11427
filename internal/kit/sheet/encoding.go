package sheet

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// utf8Health is what a look at the whole file as UTF-8 says.
type utf8Health struct {
	multi   int // valid sequences of three or four bytes: Chinese text
	invalid int // bytes that fit no sequence
	first   int // offset of the first of them
}

// decodeText turns the bytes of a csv into UTF-8. The whole file decides, not
// its beginning: valid UTF-8 is UTF-8; a file that is UTF-8 but for a few
// broken bytes is refused with line and byte rather than read as another encoding;
// everything else must be GB18030 (which includes GBK) without exception.
func decodeText(raw []byte) ([]byte, error) {
	if bytes.HasPrefix(raw, []byte("\xFF\xFE")) || bytes.HasPrefix(raw, []byte("\xFE\xFF")) {
		return nil, ErrEncoding.Say("文件是 UTF-16 编码，请另存为 xlsx 或 CSV UTF-8 再传")
	}
	if at := bytes.IndexByte(raw, 0); at >= 0 {
		return nil, badByte(raw, at)
	}
	body, marked := bytes.CutPrefix(raw, []byte("\xEF\xBB\xBF"))
	health := examineUTF8(body)
	if health.invalid == 0 {
		if at := bytes.Index(body, []byte("\uFFFD")); at >= 0 {
			return nil, badByte(raw, at+len(raw)-len(body))
		}
		return body, nil
	}
	badUTF8 := health.first + len(raw) - len(body)
	if marked || health.multi > 4*health.invalid {
		return nil, badByte(raw, badUTF8)
	}
	if at := firstBadGB18030(body); at >= 0 {
		return nil, badByte(raw, max(badUTF8, at))
	}
	text, err := io.ReadAll(transform.NewReader(bytes.NewReader(body), simplifiedchinese.GB18030.NewDecoder()))
	if err != nil {
		return nil, ErrEncoding.Because(err)
	}
	if at := bytes.Index(text, []byte("\uFFFD")); at >= 0 {
		line := bytes.Count(text[:at], []byte("\n")) + 1
		return nil, ErrEncoding.Say("第 %d 行有认不出的字，请另存为 xlsx 或 CSV UTF-8 再传", line)
	}
	return text, nil
}

func examineUTF8(b []byte) utf8Health {
	h := utf8Health{}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if h.invalid == 0 {
				h.first = i
			}
			h.invalid++
		case n >= 3:
			h.multi++
		}
		i += n
	}
	return h
}

// firstBadGB18030 is the offset of the first byte that GB 18030-2022 does not
// know, or -1.
func firstBadGB18030(b []byte) int {
	in := func(i int, lo, hi byte) bool { return i < len(b) && b[i] >= lo && b[i] <= hi }
	for i := 0; i < len(b); {
		switch {
		case b[i] < 0x80:
			i++
		case b[i] == 0x80 || b[i] == 0xFF:
			return i
		case in(i+1, 0x40, 0x7E), in(i+1, 0x80, 0xFE):
			i += 2
		case in(i+1, 0x30, 0x39) && in(i+2, 0x81, 0xFE) && in(i+3, 0x30, 0x39):
			i += 4
		default:
			return i
		}
	}
	return -1
}

func badByte(raw []byte, at int) error {
	line := bytes.Count(raw[:at], []byte("\n")) + 1
	column := at - bytes.LastIndexByte(raw[:at], '\n')
	return ErrEncoding.Say("第 %d 行第 %d 个字节（0x%02X）认不出，请另存为 xlsx 或 CSV UTF-8 再传", line, column, raw[at])
}
