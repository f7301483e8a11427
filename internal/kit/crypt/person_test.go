package crypt

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/fault"
)

func TestE12Phones(t *testing.T) {
	for in, want := range map[string]string{
		"13800138000": "13800138000", "+86 138-0013-8000": "13800138000", "０１３８００１３８０００": "13800138000", "１３８００１３８０００": "13800138000",
		"8613800138000": "13800138000", "0086 13800138000": "13800138000", "138 0013 8000\t": "13800138000", "\u202D13800138000\u202C": "13800138000", "(+86)13800138000": "13800138000",
		"0755-1234567-8": "0755-1234567-8", "0755-2234567-8": "0755-2234567-8", "075522345678": "0755-22345678", "010-62345678": "010-62345678", "(0755)22345678": "0755-22345678", "0755-2234567转8": "0755-2234567-8",
		"400-123-4567": "4001234567", "+852 9876 5432": "+85298765432",
		"1380013800": "!手机号应为 11 位，现在是 10 位", "138001380001": "!手机号应为 11 位，现在是 12 位", "12800138000": "!开头", "": "!请填写", "--": "!请填写", "abc": "!只能有数字", "138x0138000": "!只能有数字", "0123": "!座机", "01380013800": "!座机", "1.3800138E10": "!只能有数字", "张三": "!只能有数字",
	} {
		got, err := NormalizePhone(in)
		if says, bad := strings.CutPrefix(want, "!"); bad {
			if code(err) != ErrPhone.Code || !strings.Contains(fault.As(err).Text, says) {
				t.Errorf("%q: %q, %v; want %s", in, got, err, says)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
			continue
		}
		if again, err := NormalizePhone(got); err != nil || again != got {
			t.Errorf("%q is not stable: %q %v", got, again, err)
		}
	}
}

func TestIDNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"11010519491231002X": "11010519491231002X", "11010519491231002x": "11010519491231002X", " 110105 19491231 002Ｘ ": "11010519491231002X", "440524188001010014": "!出生日期",
		"110105194912310021": "!校验", "11010519490230002X": "!出生日期", "1101051949123100": "!现在是 16 位", "X10105194912310021": "!只能有数字", "01010519491231002X": "!地区码",
		"110105491231002": "110105491231002", "110105490230002": "!出生日期", "11010549123100X": "!只能有数字", "": "!现在是 0 位", "张三": "!只能有数字", "一二三四五六": "!只能有数字",
	} {
		got, err := CheckID(in)
		if says, bad := strings.CutPrefix(want, "!"); bad {
			if code(err) != ErrID.Code || !strings.Contains(fault.As(err).Text, says) {
				t.Errorf("%q: %q, %v; want %s", in, got, err, says)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

// One wrong digit, or two neighbours exchanged, never passes.
func TestIDCheckDigitFindsSlips(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := fmt.Sprintf("3301061990%02d%02d%03d", rapid.IntRange(1, 12).Draw(rt, "m"), rapid.IntRange(1, 28).Draw(rt, "d"), rapid.IntRange(0, 999).Draw(rt, "n"))
		id := body + string(checkDigit(body))
		if got, err := CheckID(id); err != nil || got != id {
			rt.Fatalf("%s: %v", id, err)
		}
		at := rapid.IntRange(0, 16).Draw(rt, "at")
		wrong := []byte(id)
		wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(rt, "by")))%10
		if _, err := CheckID(string(wrong)); err == nil {
			rt.Fatalf("%s passes for %s", wrong, id)
		}
		if at < 16 && id[at] != id[at+1] {
			swapped := []byte(id)
			swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
			if _, err := CheckID(string(swapped)); err == nil {
				rt.Fatalf("%s passes for %s", swapped, id)
			}
		}
	})
}

func TestMasks(t *testing.T) {
	for in, want := range map[string]string{"13812345678": "138****5678", "0755-1234567-8": "0755-******7-8", "010-62345678": "010-*****678", "4001234567": "400***4567", "1234567": "12***67", "123": "***", "": ""} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"330106199001010031": "330106********0031", "330106900101003": "330106******003", "E12345678": "E******78", "12345": "*****", "": ""} {
		if got := MaskID(in); got != want {
			t.Errorf("MaskID(%q) = %q, want %q", in, got, want)
		}
	}
}
