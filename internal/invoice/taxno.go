package invoice

import "strings"

// taxSigns are the signs of a 统一社会信用代码, each worth its place (GB 32100-2015;
// I, O, S, V and Z are left out).
const taxSigns = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// taxNumber cleans a 纳税人识别号 and reports whether its 18 signs end with the
// right check sign.
func taxNumber(text string) (string, bool) {
	text = strings.ToUpper(strings.Join(strings.Fields(text), ""))
	if len(text) != 18 {
		return text, false
	}
	sum, weight := 0, 1
	for i := range 17 {
		worth := strings.IndexByte(taxSigns, text[i])
		if worth < 0 {
			return text, false
		}
		sum += worth * weight
		weight = weight * 3 % 31
	}
	return text, text[17] == taxSigns[(31-sum%31)%31]
}
