const { DOMParser } = require('@xmldom/xmldom');

function convert(element) {
    const children = Array.from(element.childNodes).filter((node) => node.nodeType === 1);
    if (children.length === 0) return element.textContent;
    return Object.fromEntries(children.map((child) => [child.nodeName, convert(child)]));
}

exports.toJson = (text) => {
    const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
    return { [root.nodeName]: convert(root) };
};
