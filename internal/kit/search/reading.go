package search

// surname is the reading of a character as a surname, where it differs from the
// dictionary's first one or has a second; empty otherwise.
func surname(r rune) string {
	switch r {
	case '柏':
		return "bai bo"
	case '秘':
		return "bi"
	case '薄':
		return "bo"
	case '卜':
		return "bu"
	case '谌':
		return "chen shen"
	case '种', '重':
		return "chong"
	case '都':
		return "du"
	case '费':
		return "fei bi"
	case '盖':
		return "ge gai"
	case '句':
		return "gou"
	case '黑':
		return "he hei"
	case '缪':
		return "miao"
	case '牟':
		return "mu mou"
	case '佴', '能':
		return "nai"
	case '乜':
		return "nie"
	case '区':
		return "ou"
	case '朴':
		return "piao"
	case '繁':
		return "po"
	case '覃':
		return "qin tan"
	case '仇':
		return "qiu"
	case '单':
		return "shan"
	case '召':
		return "shao"
	case '折':
		return "she"
	case '隗':
		return "wei kui"
	case '郗':
		return "xi chi"
	case '洗':
		return "xian"
	case '解', '颉':
		return "xie"
	case '郇':
		return "xun huan"
	case '乐':
		return "yue le"
	case '员':
		return "yun yuan"
	case '曾':
		return "zeng"
	case '查':
		return "zha"
	case '祭':
		return "zhai"
	case '翟':
		return "zhai di"
	}
	return ""
}

// polyphone is the readings of a character that has several in names and
// places, the likeliest in a name first; empty otherwise.
func polyphone(r rune) string {
	switch r {
	case '阿':
		return "a e"
	case '柏':
		return "bai bo"
	case '蚌':
		return "bang beng"
	case '堡':
		return "bao pu"
	case '薄':
		return "bo bao"
	case '卜':
		return "bu bo"
	case '参':
		return "can shen"
	case '藏':
		return "cang zang"
	case '查':
		return "cha zha"
	case '禅':
		return "chan shan"
	case '长':
		return "chang zhang"
	case '朝':
		return "chao zhao"
	case '车':
		return "che ju"
	case '谌':
		return "chen shen"
	case '乘':
		return "cheng sheng"
	case '重':
		return "chong zhong"
	case '仇':
		return "chou qiu"
	case '传':
		return "chuan zhuan"
	case '大':
		return "da dai"
	case '单':
		return "dan shan"
	case '地':
		return "di de"
	case '都':
		return "du dou"
	case '恶':
		return "e wu"
	case '繁':
		return "fan po"
	case '费':
		return "fei bi"
	case '佛':
		return "fo fu"
	case '盖':
		return "gai ge"
	case '咯':
		return "ge luo"
	case '谷':
		return "gu yu"
	case '貉':
		return "he hao"
	case '黑':
		return "hei he"
	case '珩':
		return "heng"
	case '鹄':
		return "hu gu"
	case '还':
		return "huan hai"
	case '会':
		return "hui kuai"
	case '𠮷':
		return "ji"
	case '祭':
		return "ji zhai"
	case '贾':
		return "jia gu"
	case '角':
		return "jiao jue"
	case '解':
		return "jie xie"
	case '炅':
		return "jiong gui"
	case '句':
		return "ju gou"
	case '咀':
		return "ju zui"
	case '觉':
		return "jue jiao"
	case '浚':
		return "jun xun"
	case '壳':
		return "ke qiao"
	case '乐':
		return "le yue"
	case '露':
		return "lu lou"
	case '纶':
		return "lun guan"
	case '落':
		return "luo la"
	case '秘':
		return "mi bi"
	case '宓':
		return "mi fu"
	case '缪':
		return "miao mou"
	case '牟':
		return "mou mu"
	case '娜':
		return "na nuo"
	case '能':
		return "neng nai"
	case '埔':
		return "pu bu"
	case '朴':
		return "pu piao"
	case '奇':
		return "qi ji"
	case '茜':
		return "qian xi"
	case '荨':
		return "qian xun"
	case '铅':
		return "qian yan"
	case '强':
		return "qiang jiang"
	case '覃':
		return "qin tan"
	case '溱':
		return "qin zhen"
	case '区':
		return "qu ou"
	case '婼':
		return "ruo chuo"
	case '沈':
		return "shen chen"
	case '晟', '盛':
		return "sheng cheng"
	case '省':
		return "sheng xing"
	case '石':
		return "shi dan"
	case '识':
		return "shi zhi"
	case '率':
		return "shuai lv"
	case '说':
		return "shuo yue"
	case '弹':
		return "tan dan"
	case '调':
		return "tiao diao"
	case '万':
		return "wan mo"
	case '隗':
		return "wei kui"
	case '尉':
		return "wei yu"
	case '郗':
		return "xi chi"
	case '洗':
		return "xi xian"
	case '厦':
		return "xia sha"
	case '降':
		return "xiang jiang"
	case '莘':
		return "xin shen"
	case '行':
		return "xing hang"
	case '圩':
		return "xu wei"
	case '郇':
		return "xun huan"
	case '殷':
		return "yin yan"
	case '俞':
		return "yu shu"
	case '员':
		return "yuan yun"
	case '曾':
		return "zeng ceng"
	case '翟':
		return "zhai di"
	case '召':
		return "zhao shao"
	case '折':
		return "zhe she"
	case '着':
		return "zhe zhao"
	case '种':
		return "zhong chong"
	}
	return ""
}

// compoundSurname is the reading of two characters that are read otherwise on
// their own; empty otherwise.
func compoundSurname(s string) string {
	switch s {
	case "万俟":
		return "mo qi"
	case "乐正":
		return "yue zheng"
	case "单于":
		return "chan yu"
	case "尉迟":
		return "yu chi"
	case "澹台":
		return "tan tai"
	case "长孙":
		return "zhang sun"
	}
	return ""
}
