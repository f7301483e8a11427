package dunning

import (
	"slices"
	"strings"
)

// Lawful refuses a text that threatens with gates, lifts, vehicles, water,
// power, gas or heat because of a debt (民法典 944, third paragraph; local rules
// on entry). A sentence may say that these do not suffer. Error: ErrThreat.
func Lawful(text string) error {
	text = strings.NewReplacer("停车", "泊车", " ", "", "　", "", "\u200b", "").Replace(text)
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。！？!?；;\n", r) }) {
		if !containsAny(sentence, lifelines()) {
			continue
		}
		for _, clause := range strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune("，,：:", r) }) {
			if containsAny(clause, threats()) && !containsAny(clause, denials()) {
				return ErrThreat.At("body.text", "这句话牵连了生活保障："+strings.TrimSpace(clause), nil)
			}
		}
	}
	return nil
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func lifelines() []string {
	return []string{"门禁", "门卡", "门锁", "单元门", "大门", "开门", "进门", "电梯", "梯控", "乘梯", "供水", "用水", "停水", "断水", "水电", "供电", "用电", "停电", "断电",
		"拉闸", "燃气", "供气", "停气", "断气", "用气", "供暖", "供热", "暖气", "停暖", "水卡", "电卡", "购电", "购水", "阀门", "电闸", "道闸", "车辆", "车牌", "进小区", "入小区", "出入", "通行", "人脸",
		"刷脸", "指纹", "停梯", "走楼梯", "断供", "水表", "电表", "气表"}
}

func threats() []string {
	return []string{"停", "断", "限制", "限行", "禁止", "锁", "关闭", "取消", "拒绝", "不准", "不予", "不让", "无法", "注销", "冻结", "失效", "收回", "拉闸", "切", "限购",
		"不能", "不得", "不可", "不再", "不开", "无权", "作废", "消磁", "拉黑", "关掉", "降低", "减压", "走楼梯", "拔", "拆", "暂缓", "请勿",
		"恢复", "方可", "才能", "才可", "才开", "影响您的门", "影响门", "影响用", "影响使用", "影响乘", "影响通行", "影响出入", "影响进",
		"卡到期", "卡将到期", "禁到期", "禁将到期", "权限到期", "权限将到期"}
}

func denials() []string {
	return []string{"不受影响", "不影响", "不会", "绝不", "不停", "不断", "不因", "不以",
		"不得停", "不得断", "不得限", "不得因", "不得以", "不得采取", "不能因", "不能以", "不可因", "不可以因"}
}
